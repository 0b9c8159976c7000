"""Executors: how a job reaches a machine; one protocol, and one file or folder for each implementation.

Holds the protocol, shells, helper functions for scripts, `local` and `simulated`. Never a State, an event
or the journal.
"""
