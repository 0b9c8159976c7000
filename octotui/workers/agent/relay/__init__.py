"""The relay: the same program as the agent, on the other end of one channel to a machine.

It passes frames on between the channel and the agents of that machine (`main`, `starting`), and answers calls
about files, packages, workspaces and facts itself, each in a thread (`calls`): so a long one blocks no agent.
Whoever loses the channel loses the relay, which holds nothing but locks; agents and their jobs go on. Never
anything that must outlive a connection.
"""
