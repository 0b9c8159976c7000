"""The session's side of the agents of a space: one runs all attempts of this machine.

`workers.agent` says how an agent works. Here `starter` finds and starts agents, `agents` keeps connections to
them and repeats what one has not acknowledged, `attempt` is what is known here of an attempt, and `executor`
offers it all, with the attempts that supervisors run. Never what a script's output means: see `runtime.jobs`.
"""
