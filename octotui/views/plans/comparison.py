"""Two plans of the same run side by side: as it is, and what if."""

from collections.abc import Iterator, Sequence

import msgspec

from octotui.engine.plans.start_plan import ROOT, Path, PlannedStep, StartPlan
from octotui.engine.plans.what_if import ChangedSpace, PoolChange
from octotui.model.space import Model
from octotui.views.estimates.sentences import ending
from octotui.views.labels import counted, duration, listed, machine_name
from octotui.views.plans.step_text import NOBODY_KNOWS, title_of
from octotui.views.text.clock_times import Zone

AS_IS, IF = "as is", "what if"


class ComparedStep(msgspec.Struct, frozen=True):
    """A step in both plans, this deep in the tree; None where a plan does not have it."""

    path: Path
    title: str
    depth: int
    as_is: PlannedStep | None
    what_if: PlannedStep | None

    @property
    def is_same(self) -> bool:
        """Whether it goes the same way in both."""
        return _essence(self.as_is) == _essence(self.what_if)


def _essence(step: PlannedStep | None) -> tuple[object, ...]:
    return () if step is None else (step.worker, step.started_at, step.ended_at, step.state)


def compared(as_is: StartPlan, what_if: StartPlan | None) -> tuple[ComparedStep, ...]:
    """Return the steps of both plans in the order of the tree; without a second one those of the first."""
    first = {each.path: each for each in as_is.steps}
    second = {} if what_if is None else {each.path: each for each in what_if.steps}
    rows = []
    for path in sorted({**first, **second}):
        left, right = first.get(path), second.get(path)
        shown = left or right
        if shown is not None:
            rows.append(ComparedStep(path, title_of(shown), _depth(path), left, right))
    return tuple(rows)


def _depth(path: Path) -> int:
    """Return how deep a step stands below the run: 0 for the run, 1 for its steps, 2 for what they start."""
    return 2 * len(path) - (2 if path[-1:] == ROOT else 1)


def changes(changed: ChangedSpace) -> Iterator[str]:
    """Yield what is different: `setup has 5 workers instead of 3: …`, `a task cap of 3 instead of 5`."""
    for pool in changed.pools:
        yield _of_pool(changed.model, pool)
    if changed.task_cap is not None:
        before, after = changed.task_cap
        yield f"a task cap of {after} instead of {before}"


def _of_pool(model: Model, change: PoolChange) -> str:
    if model.pool(change.pool).dynamic is not None:
        return f"{change.pool} leases {counted(change.size, 'machine')} at most instead of {change.before}"
    head = f"{change.pool} has {counted(change.size, 'worker')} instead of {change.before}"
    if change.added:
        are = "is a simulated copy" if len(change.added) == 1 else "are simulated copies"
        return f"{head}: {listed(change.added)} {are}"
    return f"{head}: {listed(change.left_out)} {'is' if len(change.left_out) == 1 else 'are'} left out"


def unused(plan: StartPlan) -> Iterator[str]:
    """Yield why added workers get nothing: of each pool of which no step would go to a copy."""
    steps = [each for each in plan.steps if each.kind is not None and each.worker is not None]
    for change in plan.changed.pools:
        there = [each for each in steps if each.worker in plan.changed.model.pool(change.pool).workers]
        if change.added and not any(each.worker in change.added for each in there):
            yield f"no step would go to a copy: {_why_unused(plan.changed.model, change.pool, there)}"


def _why_unused(model: Model, slug: str, steps: Sequence[PlannedStep]) -> str:
    """Return the reason by the rules of selection (W5, W6); the steps have other workers of the pool."""
    if not steps:
        return f"none would get a worker of {slug}"
    workers = dict.fromkeys(each.worker for each in steps if each.worker is not None)
    names = listed((machine_name(model, each) for each in workers), most=3)
    is_one, pool = len(workers) == 1, model.pool(slug)
    if pool.policy == "least-leases":
        why = f"{names} {'has' if is_one else 'have'} the fewest leases, or as few and an earlier place"
    else:
        why = f"round-robin selects {names} next"
    runs = {each.run for each in steps}
    shares = len({(each.run, each.worker) for each in steps}) == len(runs) < len(steps)
    if pool.affinity == "run" and shares:
        whose = "these steps" if len(runs) == 1 else "the steps of each run"
        return f'{whose} share one worker (affinity = "run"), and {why}'
    return why


def end_of(plan: StartPlan, zone: Zone = None) -> str:
    """Return when a planned run would end: `ends about 14:20:00, in about 15m10s`, or that nobody can say."""
    end = plan.ends_about
    if end is None:
        return f"{NOBODY_KNOWS} it ends" if not plan.cut else "too long to work out its end"
    failed = plan.whole.state in ("failed", "timed-out")
    how = "would fail" if failed and end - plan.at < 1 else f"ends {ending(end, plan.at, zone)}"
    return f"{how}{f': {plan.whole.reason}' if plan.whole.reason else ''}"


def difference(as_is: StartPlan, what_if: StartPlan) -> str:
    """Return how much sooner or later a run ends: `1m00s sooner`, `at the same time`, or ""."""
    before, after = as_is.ends_about, what_if.ends_about
    return "" if before is None or after is None else _sooner(before, after) or "at the same time"


def others(as_is: StartPlan, what_if: StartPlan) -> Iterator[str]:
    """Yield what becomes of other open runs where it differs: `run-3 ends 20s later`."""
    for run, before in as_is.others.items():
        after = what_if.others.get(run)
        if before is not None and after is not None and (text := _sooner(before, after)):
            yield f"{run} ends {text}"


def _sooner(before: float, after: float) -> str:
    """Return `20s sooner` or `20s later`; "" where it is the same second."""
    if abs(after - before) < 1:
        return ""
    return f"{duration(abs(after - before))} {'sooner' if after < before else 'later'}"
