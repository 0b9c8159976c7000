"""The pure core: commands in, events out, one immutable State between them.

`advance` is the one door; `decide` turns commands into events by `rules`, `evolve` turns events into State.
Never a clock, a file, a process or a screen: time comes in with the command.
"""
