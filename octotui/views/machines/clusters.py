"""Kubernetes targets in words: cluster, namespace, account, and from where they are reached (W13)."""

from octotui.engine.state import State
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


def _named(cluster: Kubernetes) -> str:
    return cluster.url or f"of the context {cluster.context}"
