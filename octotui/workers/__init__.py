"""How a job reaches a machine: one Executor contract, one small file or folder for each way.

Here live the contract, shells, helper functions for scripts, `local` and `simulated`. Never a State, an event
or the journal.
"""
