"""Estimates of jobs from earlier durations: how long each still takes, and when it gets its lock.

`evolve` keeps them at the start of a wait or an attempt, to say later how far off they were; `views` tell them.
Never a decision: no event depends on one. What whole runs do is estimated in `engine.forecast`.
"""
