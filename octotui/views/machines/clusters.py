"""Kubernetes targets in words: cluster, namespace, account, and from where they are reached (W13)."""

from octotui.engine.rules.locks import FREE
from octotui.engine.state import Lock, State
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.model.machines.kubernetes import Kubernetes
from octotui.views.labels import machine_name


def way(cluster: Kubernetes) -> str:
    """Return the way to a cluster in a word, for lists: `kubernetes staging/shop`."""
    return f"kubernetes {cluster.shown}"


def facts(state: State, target: str) -> list[str]:
    """Return what a Kubernetes target is declared to be; nothing for other targets."""
    cluster = state.model.cluster_of(target)
    if cluster is None:
        return []
    pool = cluster.pool or state.model.default_pool
    workers = state.model.pool(pool).workers
    name = machine_name(state.model, workers[0]) if len(workers) == 1 else "workers"
    reached = f"by {name} of the pool {pool}" if workers else f"by the pool {pool}"
    return [
        f"the Kubernetes cluster {_named(cluster)}",
        f"namespace {cluster.namespace}",
        f"account {cluster.account}" if cluster.account else "the account of its context",
        f"{reached}, with kubectl",
        *(["whose certificate is not checked"] if cluster.insecure else []),
    ]


def lock_of(state: State, machine: str) -> Lock:
    """Return a machine's lock; of a cluster, which has none, what has workers' locks to go there."""
    if state.model.cluster_of(machine) is None:
        return state.locks.get(machine, FREE)
    holders = (each for lock in state.locks.values() for each in lock.holders)
    queued = (each for lock in state.locks.values() for each in lock.queue)
    there = [[each for each in line if state.jobs[each[1]].target == machine] for line in (holders, queued)]
    holding, waiting = (SortedSequence(tuple(line)) for line in there)
    return Lock(holders=holding, queue=waiting)


def _named(cluster: Kubernetes) -> str:
    return cluster.url or f"of the context {cluster.context}"
