"""Machines: where jobs run; one contract, and one file or folder for each way to a machine.

Holds the contract (`machine`), what makes any way to a machine reliable (`processes`, `reaching`), shells,
helper functions for scripts, the `agent` that runs jobs on a machine with its client, and the kinds `local`,
`remote`, over `ssh`, and `simulated_machine`. Never a State, an event or the journal.
"""
