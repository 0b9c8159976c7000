"""Machines of dynamic pools: how they are provisioned and destroyed, by each provider (W12).

What lives here: providers, the processes of their commands, and the tasks of the leases of a session. What
never does: when a machine is needed or ends (`engine/decide/machines`), and how jobs reach it (`workers`).
"""
