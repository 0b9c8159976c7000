"""Health checks of machines: over the one contract of machines, whatever the way to them (M5).

A check is an effect of `CheckStarted`, and its result comes back as a command. It takes no slot, no lease and
no lock. Never a decision: what a result means for selection, and when the next check is due, the engine says.
"""
