"""Which worker checks a Kubernetes target: one of its pool that may be selected and has kubectl (M5, W13).

Where that pool is dynamic, its cluster is checked while it has a machine, and as soon as it has one (W12).
"""

import msgspec

from octotui.engine.rules.worker_selection import rejection
from octotui.engine.state import State
from octotui.model.complaints import Reason
from octotui.model.machines.kubernetes import KUBECTL
from octotui.model.space import BUILT_IN


class CheckingWorker(msgspec.Struct, frozen=True):
    """A worker, or the reason why none can check a cluster."""

    worker: str = ""
    problem: Reason = ""


def _pool_of(state: State, target: str) -> str:
    cluster = state.model.cluster_of(target)
    return (cluster.pool if cluster is not None else None) or state.model.default_pool


def awaited_pool(state: State, target: str) -> str | None:
    """Return the dynamic pool of a cluster that nothing can be told of until it has a machine, or None."""
    if state.model.cluster_of(target) is None:
        return None
    pool = state.model.pool(slug := _pool_of(state, target))
    return slug if pool.dynamic is not None and not pool.workers else None


def clusters_of(state: State, pool: str) -> tuple[str, ...]:
    """Return the enabled clusters that the workers of a pool check."""
    targets = state.model.targets.items()
    clusters = (slug for slug, each in targets if each.enabled and each.kubernetes is not None)
    return tuple(slug for slug in clusters if _pool_of(state, slug) == pool)


def checking_worker(state: State, target: str) -> CheckingWorker:
    """Return the first eligible worker of the pool of a cluster; no cursor moves, and no lease is taken."""
    slug = _pool_of(state, target)
    pool = state.model.pool(slug)
    if pool.dynamic is not None and not pool.workers:
        return CheckingWorker(problem=f"the pool {slug} has no machine now")
    if not pool.workers:
        if slug == state.model.default_pool and state.model.engine.built_in_worker:
            return CheckingWorker(BUILT_IN)
        return CheckingWorker(problem=f"the pool {slug} has no worker that could reach it")
    reasons = {worker: rejection(state, worker, (KUBECTL,)) for worker in pool.workers}
    found = next((worker for worker, reason in reasons.items() if reason is None), None)
    if found is not None:
        return CheckingWorker(found)
    told = ", ".join(f"{worker} is {reason}" for worker, reason in reasons.items())
    return CheckingWorker(problem=f"no worker of the pool {slug} can reach it: {told}")
