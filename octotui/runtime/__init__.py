"""The Session, which owns the State and performs the effects of events; clocks, prediction, replay.

Here live opening a space, effects of committed events, `jobs` and the `server`. Never a rule about runs
(`engine`) and never a screen.
"""
