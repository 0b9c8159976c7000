"""Queries on a State, as pure functions that several decisions share.

Locks, the run queue, worker selection, authorization, prompts, conditions, variables. Never emits an event.
"""
