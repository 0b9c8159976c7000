"""Executors: how a job reaches a machine; one protocol, and one file or folder for each implementation.

Holds the protocol, shells, helper functions for scripts, the `agent` that runs jobs on a machine, `local` and
`simulated`. Never a State, an event
or the journal.
"""
