"""The list of runs: open ones in the order of their requests, then ended ones, latest first."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from octotui.engine.forecast import UNKNOWN, Forecast
from octotui.engine.queries.matcher import Searchable
from octotui.engine.rules.run_queue import place_in_queue
from octotui.engine.state import ENDED, ForChild, Job, Run, RunState, State
from octotui.engine.state.run_request import RunRequest
from octotui.model.space import Model
from octotui.views.labels import AWAY, RUNS, SCHEDULED, WAITS, Mark, duration, machine_name
from octotui.views.machines.outages import outage_of
from octotui.views.text.clock_times import Zone, clock_time
from octotui.views.waits import asks, of_run, waits_itself


class EndedRun(Searchable, Protocol):
    """What the journal keeps of a run, as far as a list shows it."""

    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def parent(self) -> str | None: ...  # noqa: D102
    @property
    def state(self) -> RunState: ...  # noqa: D102
    @property
    def queued_at(self) -> float: ...  # noqa: D102
    @property
    def started_at(self) -> float | None: ...  # noqa: D102


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run in a list; `detail` is what it waits for, or why it ended so; `ahead` of others in line.

    It `starts_at` the time it started at, or is to; before that it has taken no `seconds`. It `ends_about` a
    time that is an estimate. So many `step`s
    of all its `steps` have begun, where that is known. It stands at this `depth` below who started it, and
    has so many runs `below` it.
    """

    id: str
    root: str
    process: str
    name: str
    where: str
    mark: Mark
    detail: str
    time: str
    open: bool
    warnings: int = 0
    ahead: bool = False
    environment: str = ""
    tenant: str = ""
    by: str = ""
    worker: str = ""
    step: int = 0
    steps: int = 0
    project: str = ""
    release: str = ""
    queued_at: float = 0.0
    starts_at: float | None = None
    ended_at: float | None = None
    ends_about: float | None = None
    seconds: float | None = None
    depth: int = 0
    below: int = 0
    unfolded: bool = False


def order(state: State, past: Sequence[EndedRun] = ()) -> tuple[str, ...]:
    """Return the ids of all runs to list; changes only when `state.families` does."""
    still: list[int] = []
    over: list[int] = []
    for run in state.runs.values():
        (over if run.ended else still).append(run.number)
    over.extend(each.number for each in past if each.id not in state.runs and each.state in ENDED)
    return tuple(f"run-{number}" for number in (*sorted(still), *sorted(set(over), reverse=True)))


def row(state: State, name: str, now: float, zone: Zone = None, coming: Forecast = UNKNOWN) -> RunRow | None:
    """Return the row of a run in the State; a forecast says about when it, and its wait, ends."""
    run = state.runs.get(name)
    if run is None:
        return None
    wait = of_run(state, run, now, zone, coming)
    begun, steps = _steps(run)
    release = run.request.release.version if run.request.release else ""
    return RunRow(
        id=run.id,
        root=run.root,
        process=run.request.process,
        name=run.title,
        where=where(state.model, run.request.environment, run.request.tenant),
        mark=_in_line(state, run),
        ahead=is_ahead(run),
        detail=wait.sentence if wait else run.reason,
        time=_took(run, now),
        open=not run.ended,
        warnings=len(run.progress.warnings),
        worker=workers(state.model, run),
        step=begun,
        steps=steps,
        starts_at=run.queueing.not_before if run.started_at is None and not run.ended else run.started_at,
        seconds=_seconds(run, now),
        ends_about=coming.run_ends.get(run.id),
        release=release,
        **_facts(state.model, run, run.request),
    )


def is_ahead(run: Run) -> bool:
    """Return whether a run goes ahead of others in line."""
    return run.state == "queued" and (run.queueing.moved or run.queueing.priority)


def parts_of(state: State, name: str, past: EndedRun | None, now: float) -> tuple[object, ...] | None:
    """Return what the row of a run comes from: while that is equal, so is the row.

    None where other runs decide about it, too: it waits.
    """
    run = state.runs.get(name)
    if run is None:
        return past, state.model, now // 60  # its times may be of another day
    jobs = [state.jobs[each] for _, each in run.progress.open]
    if waits_itself(run) or not all(map(_moves, jobs)):
        return None
    return run, *jobs, state.model, now // 60, _took(run, now)


def _facts(model: Model, run: Run | EndedRun, request: RunRequest | EndedRun) -> dict[str, Any]:
    """Return the fields of a row that open and ended runs share."""
    project = model.projects.get(model.project_of(request.process) or "")
    return {
        "environment": where(model, request.environment, None),
        "tenant": where(model, None, request.tenant),
        "by": request.requester,
        "project": project.name if project else "",
        "queued_at": run.queued_at,
        "ended_at": run.ended_at,
    }


def _steps(run: Run) -> tuple[int, int]:
    """Return how many steps have begun or were skipped, of how many; child steps count with their parent."""
    both = zip(run.runbook.steps, run.progress.steps, strict=False)
    each = [progress for step, progress in both if not step.within]
    return sum(1 for progress in each if progress.state != "pending"), len(each)


def workers(model: Model, run: Run) -> str:
    """Return a run's current or last worker, and the number of others: `worker1 +2`."""
    return _first_of(list(dict.fromkeys(machine_name(model, pick.worker) for pick in run.selection.current)))


def _first_of(names: Sequence[str]) -> str:
    """Return the first name, and the number of others."""
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)


def _seconds(run: Run | EndedRun, now: float) -> float | None:
    """Return the seconds since a run started up to its end; None where it never did."""
    if run.started_at is None:
        return None
    return (now if run.ended_at is None else run.ended_at) - run.started_at


def _took(run: Run | EndedRun, now: float) -> str:
    """Return how long a run has taken; empty where it never started."""
    seconds = _seconds(run, now)
    return "" if seconds is None else duration(seconds)


def time_of(run: Run, now: float) -> str:
    """Return how long a run has taken, or how long until it starts."""
    if run.queueing.not_before is not None and not run.ended:
        return duration(run.queueing.not_before - now)
    return lasted(run.queued_at, run.started_at, run.ended_at, now)


def when(run: Run, now: float, zone: Zone = None) -> str:
    """Return when a run started and ended: `14:02 to 14:15`, `since 14:02`, `queued 14:02`."""
    if run.queueing.not_before is not None and not run.ended:
        return f"starts {clock_time(run.queueing.not_before, now, zone)}"
    if run.ended_at is not None:
        began, ended = (clock_time(at, now, zone) for at in (run.started_at or run.queued_at, run.ended_at))
        day, _, time_of_day = ended.rpartition(" ")
        return f"{began} to {time_of_day if began.startswith(f'{day} ') else ended}"
    if run.started_at is not None:
        return f"since {clock_time(run.started_at, now, zone)}"
    return f"queued {clock_time(run.queued_at, now, zone)}"


def past_row(model: Model, record: EndedRun, now: float) -> RunRow:
    """Return the row of a run that has left the State."""
    return RunRow(
        id=record.id,
        root=record.root,
        process=record.process,
        name=record.name,
        where=where(model, record.environment, record.tenant),
        mark=RUNS[record.state],
        detail=record.reason,
        time=_took(record, now),
        open=record.state not in ENDED,
        warnings=record.warnings,
        starts_at=record.started_at,
        seconds=_seconds(record, now),
        worker=_first_of([machine_name(model, each) for each in record.workers]),
        release=version_of(model, record),
        **_facts(model, record, record),
    )


def version_of(model: Model, record: EndedRun) -> str:
    """Return the version of a deployment, from its name, where it follows that of its project."""
    project = model.projects.get(record.process)
    named = project is not None and record.name.startswith(f"{project.name} ")
    return record.name[len(project.name) + 1 :] if project and named else ""


def _in_line(state: State, run: Run) -> Mark:
    """Return a run's mark, with its position where it waits for a slot: `queued #2`."""
    stands = mark(state, run)
    position = place_in_queue(state, run)
    return stands if position is None else Mark(stands.sign, f"{stands.word} #{position}", stands.role)


def mark(state: State, run: Run) -> Mark:
    """Return a run's mark: an executing one may wait, also for its workers, or ask what to do about a job."""
    if run.queueing.not_before is not None and run.state == "queued":
        return SCHEDULED
    if run.state != "executing":
        return RUNS[run.state]
    if asks(state, run):
        return RUNS["paused"]
    if run.queueing.resuming or run.awaits_workers:
        return WAITS
    jobs = [state.jobs[name] for _, name in run.progress.open]
    if not jobs or any(isinstance(each.wait, ForChild) or _moves(each) for each in jobs):
        return RUNS["executing"]
    return AWAY if any(map(outage_of, jobs)) else WAITS


def _moves(job: Job) -> bool:
    """Return whether a job waits for nothing, and its machine is not away."""
    return job.wait is None and outage_of(job) is None


def where(model: Model, environment: str | None, tenant: str | None) -> str:
    """Return environment and tenant, by name: `Production · Contoso`."""
    declared = model.environments.get(environment or "")
    leased = model.tenants.get(tenant or "")
    names = (declared.name if declared else environment, leased.name if leased else tenant)
    return " · ".join(each for each in names if each)


def described(state: State, run: Run) -> str:
    """Return a run with its title and place: `run-1 Tame the kraken · Production`."""
    place = where(state.model, run.request.environment, run.request.tenant)
    return " · ".join(filter(None, (f"{run.id} {run.title}", place)))


def lasted(queued: float, started: float | None, ended: float | None, now: float) -> str:
    """Return how long a run took since it started, or was queued where it never did."""
    return duration((now if ended is None else ended) - (queued if started is None else started))
