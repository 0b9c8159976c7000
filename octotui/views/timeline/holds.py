"""Who used machines and slots, and when: the other side of each wait, of all runs that are known."""

from bisect import bisect_right
from collections import deque

import msgspec

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.state import State
from octotui.views.labels import acquire_text

MOST = 20_000
"""The number of uses that are kept of runs of other families; the oldest are dropped."""


class Hold(msgspec.Struct, gc=False):
    """A use of a machine by a job, or of a slot by a run (`job` is ""), until `end`, or still (None)."""

    run: str
    job: str
    start: float
    does: str = ""
    end: float | None = None

    def covers(self, at: float) -> bool:
        """Return whether it lasts at a time."""
        return self.start <= at and (self.end is None or at < self.end)


class _Job(msgspec.Struct, frozen=True, gc=False):
    worker: str | None
    does: str


class HoldRecorder:
    """Folds events of all runs to uses; no State is needed of the others."""

    def __init__(self) -> None:
        self.machines: dict[str, list[Hold]] = {}
        self.slots: list[Hold] = []
        self.tags: dict[str, str] = {}  # the concurrency tag of a run
        self._jobs: dict[str, _Job] = {}
        self._using: dict[str, Hold] = {}  # by job, or by run
        self._steps: dict[str, tuple[str, ...]] = {}
        self._foreign: deque[tuple[list[Hold], Hold]] = deque()

    def add(self, event: AnyEvent, state: State, *, own: bool) -> None:
        """Fold one event; `state` has the model in force, `own` says whether it is of the family."""
        match event:
            case events.RunQueued():
                self._queue(event, state)
            case events.RunStarted() | events.RunResumed():
                self._begin(event.run, self.slots, Hold(event.run, "", event.at), own)
            case events.RunYielded() | events.RunPaused() | events.RunEnded():
                self._end(event.run, event.at)
            case events.JobQueued() | events.JobMoved() | events.JobStarted():
                self._use(event, own)
            case events.JobEnded() | events.AttemptFailed():
                self._end(event.job, event.at)
            case _:
                pass

    def _use(self, event: events.JobQueued | events.JobMoved | events.JobStarted, own: bool) -> None:
        if isinstance(event, events.JobStarted):
            if event.job in self._jobs:
                self._begin_job(event, own)
            return
        before = self._jobs.get(event.job)
        does = self._work(event) if isinstance(event, events.JobQueued) else before.does if before else ""
        self._jobs[event.job] = _Job(event.worker if event.mode is not None else None, does)

    def _queue(self, event: events.RunQueued, state: State) -> None:
        process = event.release.definition if event.release else state.model.process(event.process)
        self._steps[event.run] = tuple(step.name for step in process.flat().steps) if process else ()
        if isinstance(event.tag, str):
            self.tags[event.run] = event.tag

    def _work(self, event: events.JobQueued) -> str:
        """Return what a job did in words: `acquired tools 1.2.0`, `ran “Copy”`."""
        if event.step is None:
            return acquire_text(event.packages, ("acquired", "pulled"), versions=False)
        steps = self._steps.get(event.run, ())
        name = steps[event.step] if 0 <= event.step < len(steps) else ""
        return f"ran “{name}”" if name else f"ran step {event.step + 1}"

    def _begin_job(self, event: events.JobStarted, own: bool) -> None:
        job = self._jobs[event.job]
        if job.worker is not None:
            hold = Hold(event.run, event.job, event.at, job.does)
            self._begin(event.job, self.machines.setdefault(job.worker, []), hold, own)

    def _begin(self, key: str, holds: list[Hold], hold: Hold, own: bool) -> None:
        self._end(key, hold.start)
        self._using[key] = hold
        holds.append(hold)
        if not own:
            self._foreign.append((holds, hold))
            if len(self._foreign) > MOST:
                where, oldest = self._foreign.popleft()
                where.remove(oldest)  # near the beginning: those before it are of the family

    def _end(self, key: str, at: float) -> None:
        hold = self._using.pop(key, None)
        if hold is not None:
            hold.end = at


def holding(holds: list[Hold], at: float) -> list[Hold]:
    """Return the uses that last at a time, of those in the order of their starts."""
    return [each for each in holds[: bisect_right(holds, at, key=lambda hold: hold.start)] if each.covers(at)]
