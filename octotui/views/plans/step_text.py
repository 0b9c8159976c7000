"""What a plan says of one step: in a cell, and in sentences."""

from collections.abc import Iterator

import msgspec

from octotui.engine.plans.start_plan import LockTurn, PlannedStep, StartPlan
from octotui.views.labels import JOBS, RUNS, Mark, duration, listed, machine_name
from octotui.views.text.clock_times import Zone, exact_time
from octotui.views.waits import of_run

NOBODY_KNOWS = "nobody can say when"
PLANNED = Mark("pending", "planned", "muted")
UNKNOWN = Mark("pending", "unknown", "muted")
_TAKEN_FROM = {
    "history": "by its last attempts",
    "model": "as `simulate` says",
    "assumed": "assumed, since nothing is known of it",
}


class PlanCell(msgspec.Struct, frozen=True):
    """A step in short: its worker, from when to when it runs, how long it waits, and how it would end."""

    worker: str
    time: str
    wait: str
    mark: Mark


def cell_of(plan: StartPlan, step: PlannedStep) -> PlanCell:
    """Return a step in short; times are from the start of the plan on: `20s–50s`."""
    worker = "" if step.worker is None else machine_name(plan.queued.model, step.worker)
    wait = f"waits {duration(step.waited)}" if step.waited >= 1 else ""
    if step.started_at is None:
        never = step.ended_at is not None
        return PlanCell(worker, "never starts" if never else "unknown", "", _mark(step) if never else UNKNOWN)
    start = duration(step.started_at - plan.at)
    if step.ended_at is None:
        return PlanCell(worker, f"{start}–?", wait, UNKNOWN)
    return PlanCell(worker, f"{start}–{duration(step.ended_at - plan.at)}", wait, _mark(step))


def _mark(step: PlannedStep) -> Mark:
    """Return the sign of a step that would fail; of any other that it is planned."""
    if step.state in ("failed", "timed-out", "cancelled"):
        return RUNS[step.state]
    return JOBS["lost"] if step.state == "lost" else PLANNED


def title_of(step: PlannedStep) -> str:
    """Return the name of a step, of a run, or that packages are acquired."""
    if step.kind is None:
        return f"{step.run} {step.title}"
    on = f" on {step.target}" if step.target else ""
    return f"{step.title or 'acquire packages'}{on}"


def sentences(plan: StartPlan, step: PlannedStep, zone: Zone = None) -> Iterator[str]:
    """Yield what a step would wait for, how long it would take, and how it would end."""
    if step.kind is None:
        yield from _of_run(plan, step, zone)
    yield from (_of_lock(plan, each, zone) for each in step.locks if _lasts(each))
    if step.taken_from and step.started_at is not None and step.ended_at is not None:
        takes = duration(step.ended_at - step.started_at)
        yield f"takes about {takes}, {_TAKEN_FROM[step.taken_from]}"
    if step.reason:
        yield f"would be {_mark(step).word}: {step.reason}" if _mark(step) is not PLANNED else step.reason
    if step.started_at is None and step.ended_at is None:
        yield f"{NOBODY_KNOWS} it starts: what it waits for has no known end"


def _lasts(turn: LockTurn) -> bool:
    return turn.until is None or turn.until - turn.since >= 1


def _of_lock(plan: StartPlan, turn: LockTurn, zone: Zone) -> str:
    """Return `waits for worker1 for 20s, until about 14:03:00, behind run-7`."""
    name = machine_name(plan.queued.model, turn.machine)
    use = f"exclusive use of {name}" if turn.mode == "exclusive" else name
    behind = f", behind {listed(turn.behind)}" if turn.behind else ""
    if turn.until is None:
        return f"waits for {use}, nobody can say how long{behind}"
    until = exact_time(turn.until, plan.at, zone)
    return f"waits for {use} for {duration(turn.until - turn.since)}, until about {until}{behind}"


def _of_run(plan: StartPlan, step: PlannedStep, zone: Zone) -> Iterator[str]:
    """Yield what a run waits for before it starts: the planned one in words, a child for its turn."""
    run = plan.queued.runs.get(step.run)
    wait = of_run(plan.queued, run, plan.at, zone) if run is not None and run.state == "queued" else None
    if wait is not None and (step.started_at is None or step.waited >= 1):
        until = (
            "" if step.started_at is None else f" · until about {exact_time(step.started_at, plan.at, zone)}"
        )
        yield f"{wait.sentence}{until}"
    elif step.waited >= 1:
        yield f"waits for its turn for {duration(step.waited)}"
