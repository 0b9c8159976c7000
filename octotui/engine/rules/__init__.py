"""Questions to a State: who is selected, who holds a lock, who may answer, who is next.

Pure functions that several decisions share: locks, the run queue, worker selection, authorization, prompts,
conditions. Never an event is emitted here.
"""
