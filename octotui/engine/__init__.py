"""The pure core: an event-sourced state machine; commands in, events out, one immutable State.

`advance` is the entry point; `decide` turns commands into events by `rules`, `evolve` folds events to States.
Never a clock, a file, a process or a screen: the time is passed with the command.
"""
