"""The last run of each process in each environment, for each tenant: found with few queries of the index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from octotui.engine.queries.query import Query, Term
from octotui.engine.state import Run, State, in_order
from octotui.model.space import Model
from octotui.views.labels import RUNS, Mark
from octotui.views.runs import EndedRun, mark, version_of

PAGE = 200  # records of a query


class RunPlace(NamedTuple):
    """A process, where it takes effect, and for whom."""

    process: str
    environment: str | None
    tenant: str | None


class RunFinder(Protocol):
    """What finds ended runs, the newest first."""

    async def __call__(self, query: Query, before: int | None = None, limit: int = 100) -> Sequence[EndedRun]:
        """At most `limit` of those that fulfil a query."""
        ...


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """The last run in a place, with the version it deploys; `at` is when it ended, or began."""

    id: str
    number: int
    place: RunPlace
    version: str
    mark: Mark
    queued_at: float
    started_at: float | None
    ended_at: float | None

    @property
    def at(self) -> float:
        """When it ended; else when it started, or was queued."""
        if self.ended_at is not None:
            return self.ended_at
        return self.queued_at if self.started_at is None else self.started_at


class OpenRuns(NamedTuple):
    """The open runs of a place, in the order they were queued, and those of them that have a slot."""

    all: tuple[str, ...] = ()
    executing: tuple[str, ...] = ()


LastRuns = Mapping[RunPlace, EndedRun]


def place_of(record: EndedRun) -> RunPlace:
    """Return where a recorded run took effect."""
    return RunPlace(record.process, record.environment, record.tenant)


def newer(known: LastRuns, records: Iterable[EndedRun]) -> dict[RunPlace, EndedRun]:
    """Return the last run of each place among known records and more."""
    found = dict(known)
    for record in records:
        before = found.get(place_of(record))
        if before is None or before.number <= record.number:
            found[place_of(record)] = record
    return found


async def last_runs(model: Model, history: RunFinder) -> dict[RunPlace, EndedRun]:
    """Look up the last ended run of every declared process in every place.

    A process that has ended more runs than a page holds is looked up environment by environment, and one
    of these with as many tenant by tenant.
    """
    found: dict[RunPlace, EndedRun] = {}
    for process in model.processes:
        found = newer(found, await _of_process(model, history, Term("runbook", (process,))))
    return found


async def last_runs_in(model: Model, history: RunFinder, environment: str) -> dict[RunPlace, EndedRun]:
    """Look up the last ended deployment of every project in one environment, for each tenant."""
    found: dict[RunPlace, EndedRun] = {}
    for process in model.projects:
        terms = (Term("project", (process,)), Term("env", (environment,)))
        found = newer(found, await _of_environment(model, history, terms))
    return found


async def _of_process(model: Model, history: RunFinder, process: Term) -> Sequence[EndedRun]:
    records = await history(Query((process,)), limit=PAGE)
    if len(records) < PAGE:
        return records
    places = [(Term("env", (slug,)),) for slug in model.environments]
    found = [*records]
    for where in (_nowhere("env", model.environments), *places):
        found += await _of_environment(model, history, (process, *where))
    return found


async def _of_environment(model: Model, history: RunFinder, terms: tuple[Term, ...]) -> Sequence[EndedRun]:
    records = await history(Query(terms), limit=PAGE if model.tenants else 1)
    if len(records) < PAGE:
        return records
    seen = {each.tenant for each in records}
    tenants = [(Term("tenant", (slug,)),) for slug in model.tenants if slug not in seen]
    found = [*records]
    for whom in (() if None in seen else _nowhere("tenant", model.tenants), *tenants):
        found += await history(Query((*terms, *whom)), limit=1)
    return found


def _nowhere(key: str, names: Iterable[str]) -> tuple[Term, ...]:
    """Return the condition that excludes some values of a key."""
    slugs = tuple(names)
    return (Term(key, slugs, negated=True),) if slugs else ()  # type: ignore[arg-type]


def standings(state: State, records: LastRuns) -> dict[RunPlace, LastRun]:
    """Return the last run of each place, from the State, the index, or a release.

    A release remembers where it was deployed, though the run may have been removed since.
    """
    found = {place: _of_record(state.model, record) for place, record in records.items()}
    for run in state.runs.values():
        place = RunPlace(run.request.process, run.request.environment, run.request.tenant)
        before = found.get(place)
        if before is None or before.number <= run.number:
            found[place] = _of_run(state, run)
    for release in state.releases.values():
        for done in release.deployed if release.channel is not None else ():
            place = RunPlace(release.process, done.environment, done.tenant)
            number = int(done.run.rpartition("-")[2])
            before = found.get(place)
            if before is None or before.number < number:
                found[place] = LastRun(
                    id=done.run,
                    number=number,
                    place=place,
                    version=release.version,
                    mark=RUNS["succeeded"],
                    queued_at=done.at,
                    started_at=None,
                    ended_at=done.at,
                )
    return found


def open_runs(state: State) -> dict[RunPlace, OpenRuns]:
    """Return the open runs of each place that has any."""
    found: dict[RunPlace, OpenRuns] = {}
    in_slots = {name for _, name in state.slots}
    for run in in_order(state):
        if not run.ended:
            place = RunPlace(run.request.process, run.request.environment, run.request.tenant)
            known = found.get(place, OpenRuns())
            executing = (run.id,) if run.id in in_slots and not run.awaits_workers else ()
            found[place] = OpenRuns((*known.all, run.id), (*known.executing, *executing))
    return found


def present(state: State, run: LastRun) -> LastRun:
    """Return a run as it is in the State; unchanged where it has left it."""
    now = state.runs.get(run.id)
    return run if now is None else _of_run(state, now)


def _of_run(state: State, run: Run) -> LastRun:
    return LastRun(
        id=run.id,
        number=run.number,
        place=RunPlace(run.request.process, run.request.environment, run.request.tenant),
        version=run.request.release.version if run.request.release else "",
        mark=mark(state, run),
        queued_at=run.queued_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
    )


def _of_record(model: Model, record: EndedRun) -> LastRun:
    return LastRun(
        id=record.id,
        number=record.number,
        place=place_of(record),
        version=version_of(model, record),
        mark=RUNS[record.state],
        queued_at=record.queued_at,
        started_at=record.started_at,
        ended_at=record.ended_at,
    )
