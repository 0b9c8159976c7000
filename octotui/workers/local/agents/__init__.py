"""The agents of a space on this machine: one runs all attempts of it.

`starter` finds and starts them, and `executor` offers what they run, with the attempts that supervisors run.
Never the connection to an agent, which is the same for other machines: see `workers.agent_client`.
"""
