"""A record of what becomes of one run and of those that it starts: their steps, waits and times."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.estimates.lock_turns import MOST_AHEAD
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.runs import new_run
from octotui.engine.plans.start_plan import ROOT, LockTurn, Part, Path, PlannedStep, TakenFrom
from octotui.engine.rules.locks import FREE, blockers
from octotui.engine.rules.machines import job_kind
from octotui.engine.state import ForLock, Job, State
from octotui.model.process import Runbook

MOST_STEPS = 10_000
"""The steps that are recorded; of further ones nothing is said."""


class FamilyRecord:
    """The steps of a run, and of those that it starts, by job; a run itself is a step by its own id."""

    def __init__(self) -> None:
        self.root = ""
        self.open = 0  # runs that have not ended
        self.runs: set[str] = set()
        self.cut = False
        self._steps: dict[str, PlannedStep] = {}
        self._counts: Counter[tuple[str, int, str]] = Counter()
        self._definitions: dict[str, Runbook] = {}
        self._workers: dict[str, dict[int, str]] = {}

    def note(self, event: AnyEvent, state: State) -> None:
        """Record an event of the family, by a State after it; the first run that is queued is its root."""
        if isinstance(event, events.RunQueued) and (not self.root or event.root == self.root):
            self.root = self.root or event.run
            self._begin(event, state)
        elif getattr(event, "run", None) in self.runs:
            self._note(event, state)

    def taken_from(self, job: str, source: TakenFrom) -> None:
        """Record what the duration of a job is taken from."""
        if job in self._steps:
            self._steps[job] = replace(self._steps[job], taken_from=source)

    def steps(self, state: State) -> tuple[PlannedStep, ...]:
        """Return all steps in the order of the tree; with those that are not reached in this last State."""
        each = (*self._steps.values(), *self._not_reached(state))
        return tuple(sorted(each, key=lambda step: step.path))

    def _begin(self, event: events.RunQueued, state: State) -> None:
        """Record a run, below the step that started it."""
        parent = self._steps.get(event.parent or "")
        self.runs.add(event.run)
        self.open += 1
        if parent is None and event.parent is not None:
            return
        run = state.runs.get(event.run) or new_run(state, event)
        self._definitions[event.run] = run.runbook
        self._steps[event.run] = PlannedStep(
            path=ROOT if parent is None else (*parent.path, *ROOT),
            run=event.run,
            title=event.name if event.release is None else event.release.title,
            queued_at=event.at,
        )

    def _note(self, event: AnyEvent, state: State) -> None:
        match event:
            case events.JobQueued():
                self._queue(event)
                self._note_lock(event.job, state)
            case events.JobPlaced() | events.JobRetried():
                self._note_lock(event.job, state)
            case events.JobStarted():
                self._start(event.job, event.at)
            case events.RunStarted():
                self._start(event.run, event.at)
            case events.JobEnded():
                self._end(event.job, event)
            case events.RunEnded():
                self.open -= 1
                self._end(event.run, event)
            case events.WorkersSelected():
                workers = self._workers.setdefault(event.run, {})
                workers.update((step, pick.worker) for pick in event.picks for step in pick.all_steps)
            case _:
                pass

    def _queue(self, event: events.JobQueued) -> None:
        run = self._steps.get(event.run)
        self.cut = self.cut or len(self._steps) >= MOST_STEPS
        if run is None or self.cut:
            return
        index, target = -1 if event.step is None else event.step, event.target or ""
        count = self._counts[event.run, index, target]
        self._counts[event.run, index, target] += 1
        steps = self._definitions[event.run].steps
        self._steps[event.job] = PlannedStep(
            path=_within(run.path, (index + 1, target, count)),
            run=event.run,
            title="" if event.step is None else steps[event.step].name,
            kind=event.kind,
            worker=event.worker,
            target=event.target,
            queued_at=event.at,
        )

    def _note_lock(self, name: str, state: State) -> None:
        """Record that a job waits for its lock, where it does."""
        job, step = state.jobs.get(name), self._steps.get(name)
        if step is not None and job is not None and isinstance(wait := job.wait, ForLock):
            turn = LockTurn(wait.machine, wait.mode, wait.since, None, _behind(state, job, wait))
            self._steps[name] = replace(step, locks=(*step.locks, turn))

    def _start(self, name: str, at: float) -> None:
        step = self._steps.get(name)
        if step is not None:
            locks = tuple([replace(each, until=at) if each.until is None else each for each in step.locks])
            first = at if step.started_at is None else step.started_at
            self._steps[name] = replace(step, started_at=first, locks=locks)

    def _end(self, name: str, event: events.JobEnded | events.RunEnded) -> None:
        step = self._steps.get(name)
        if step is not None:
            asked = step.queued_at if step.kind == "manual" else None  # a question starts as it is raised
            self._steps[name] = replace(
                step,
                started_at=asked if step.started_at is None else step.started_at,
                ended_at=event.at,
                state=event.state,
                reason=event.reason,
            )

    def _not_reached(self, state: State) -> Iterator[PlannedStep]:
        """Yield the steps of open runs that were never queued, with their workers."""
        for name, definition in self._definitions.items():
            run = state.runs.get(name)
            if run is None or run.ended:
                continue
            workers = self._workers.get(name, {})
            for index, step in enumerate(definition.steps):
                if not run.progress.steps[index].jobs and run.not_applicable(step) is None:
                    yield PlannedStep(
                        path=_within(self._steps[name].path, (index + 1, "", 0)),
                        run=name,
                        title=step.name,
                        kind=job_kind(step.action),
                        worker=workers.get(index),
                    )


def _within(run: Path, part: Part) -> Path:
    """Return the path of a step of a run."""
    return (*run[:-1], part)


def _behind(state: State, job: Job, wait: ForLock) -> tuple[str, ...]:
    """Return the runs that are ahead in a lock's line; of a long one those that hold it."""
    lock = state.locks.get(wait.machine, FREE)
    if len(lock.holders) + len(lock.queue) <= MOST_AHEAD:
        return tuple(dict.fromkeys(each.run for each in blockers(state, job)))
    return tuple(dict.fromkeys(state.jobs[name].run for _, name in islice(lock.holders, MOST_AHEAD)))
