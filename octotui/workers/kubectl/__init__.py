"""Machines that are pods of a Kubernetes cluster: reached by `kubectl exec`, a process for each command.

What lives here: the transport, and the kinds of machine over it. What never does: how pods begin and end,
which is up to people, or to a dynamic pool, nor clusters as targets, which are no machines.
"""
