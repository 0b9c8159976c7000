"""How a job reaches a machine: one Executor contract, one small file per kind."""
