"""Machines elsewhere, by any way that runs a command over there (`transport`); they need sh.

`chosen` finds out whether there is a Python. Without one `shell` does all; what follows is about the rest.

Theory of operation. One command for a machine is a channel: `first_contact` has it find a Python and become
the relay (`agent.relay`), `channel` carries frames over it. They are of `calls`, each with a number and with
data under way in both directions up to a window (`files`, `package_store`, `workspace_files`), and of
connections to the agents over there (`agent_way`), which run attempts as on this machine (`processes`).
`worker_directory` is where all of it is: agents and relays in `agents`, attempts in `work`, packages in
`packages`.

A channel that is lost ends its calls with Unreachable and holds nothing that matters: what was sent is
resumed by its offset, output is read on from its offset, and what agents were asked for is asked again.
Relays know since when they are there, so that one of an earlier channel takes no agent from a later one.

Never a way itself, such as SSH, and nothing that is installed over there.
"""
