"""What the steps of a run need workers for: themselves, and the Kubernetes targets they go to (W13)."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from octotui.engine.state import Pick, Run, State
from octotui.engine.state.records import StepTargets
from octotui.model.machines.kubernetes import KUBECTL


class WorkerNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A worker for one step; with `targets`, for its jobs on these clusters, whose own pool is `pool`."""

    step: int
    targets: tuple[str, ...] = ()
    pool: str | None = None

    @property
    def tools(self) -> tuple[str, ...]:
        """What the worker must have beside what the step needs."""
        return (KUBECTL,) if self.targets else ()


def worker_needs(state: State, run: Run, selected: Sequence[StepTargets] = ()) -> tuple[WorkerNeed, ...]:
    """Return the needs of all pending steps, in step order, with targets `selected` now or earlier."""
    targets = {each.step: each.targets for each in selected}
    pending = (index for index, each in enumerate(run.progress.steps) if each.state == "pending")
    needs: list[WorkerNeed] = []
    for index in pending:
        needs += needs_of(state, run, index, targets.get(index, run.progress.steps[index].targets))
    return tuple(needs)


def needs_of(state: State, run: Run, index: int, targets: Sequence[str]) -> Iterator[WorkerNeed]:
    """Yield the needs of a step: one for itself, and one for the clusters of each pool among its targets."""
    step = run.runbook.steps[index]
    clusters = _clusters(state, targets) if step.for_targets and step.script is not None else {}
    if step.needs_worker and (len(clusters) < len(targets) or not clusters):
        yield WorkerNeed(step=index)
    for pool in dict.fromkeys(clusters.values()):
        own = tuple(slug for slug, each in clusters.items() if each == pool)
        yield WorkerNeed(step=index, targets=own, pool=pool)


def needs_again(state: State, run: Run, pick: Pick, steps: Sequence[int]) -> tuple[WorkerNeed, ...]:
    """Return the needs that a pick serves and that another worker is to serve, of these steps alone."""
    needs = [WorkerNeed(step=index) for index in pick.steps if index in steps]
    for each in pick.for_targets:
        if each.step in steps:
            own = (need for need in needs_of(state, run, each.step, each.targets) if need.targets)
            needs += own
    return tuple(sorted(needs, key=lambda need: need.step))


def _clusters(state: State, targets: Sequence[str]) -> Mapping[str, str | None]:
    """Return the own pool of each target that is a cluster."""
    found = ((slug, state.model.cluster_of(slug)) for slug in targets)
    return {slug: cluster.pool for slug, cluster in found if cluster is not None}
