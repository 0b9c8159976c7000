"""Which worker checks a Kubernetes target: one of its pool that may be selected and has kubectl (M5, W13)."""

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


def checking_worker(state: State, target: str) -> CheckingWorker:
    """Return the first eligible worker of the pool of a cluster; no cursor moves, and no lease is taken."""
    cluster = state.model.cluster_of(target)
    slug = (cluster.pool if cluster is not None else None) or state.model.default_pool
    pool = state.model.pool(slug)
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
