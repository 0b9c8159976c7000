"""Decisions about machines: which is checked when, and what the loss of one means for the runs on it.

Checks are no runs: they take no slot, no lease and no lock. Never how a machine is checked, which is
an effect.
"""
