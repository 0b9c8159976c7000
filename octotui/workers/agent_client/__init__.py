"""The session's side of the agents of a space, wherever they are.

`workers.agent` says how an agent works. Here `agents` keeps connections to them by a `way` and repeats what
one has not acknowledged, `connection` carries frames, and `attempt` is what is known here of an attempt.
Never how an agent is found and started, nor what a script's output means.
"""
