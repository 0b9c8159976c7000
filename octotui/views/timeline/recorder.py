"""Folds the events of a family, and of those beside it, into spans; later events can follow at any time."""

from collections.abc import Iterable

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Job, Run, State
from octotui.views.timeline.holds import HoldRecorder
from octotui.views.timeline.spans import Kind, Span, kind_of_job, kind_of_run

BAD = ("failed", "lost", "timed-out")


class Timeline:
    """What each run and job of a family did, from when its first run was queued."""

    def __init__(self, root: str, past: Iterable[AnyEvent] = ()) -> None:
        self.root = root
        self.state = State(keep_ended=True)
        self.spans: dict[str, list[Span]] = {}
        self.runs: list[str] = []
        self.children: dict[str, list[str]] = {}  # runs that a job has started
        self.ends: dict[str, list[tuple[float, str]]] = {}  # of jobs by run, in order
        self.released: dict[tuple[str, float], list[str]] = {}  # jobs that released a machine at a time
        self.holds = HoldRecorder()
        self.changes = 0
        self._seq = 0
        self._begin(tuple(past))

    def _begin(self, past: tuple[AnyEvent, ...]) -> None:
        """Fold what is known at first; other families may have begun before the first model of this one."""
        model = next((each for each in past if isinstance(each, events.ModelLoaded)), None)
        if model is not None:
            self.state = evolve(self.state, model)
        self.add(past)

    def add(self, happened: Iterable[AnyEvent]) -> None:
        """Fold events; those that are known already are passed by."""
        for event in happened:
            if event.seq > self._seq:
                self._seq = event.seq
                self._fold(event)

    @property
    def start(self) -> float:
        """When the root was queued."""
        run = self.state.runs.get(self.root)
        return self.state.at if run is None else run.queued_at

    def end(self, now: float) -> float:
        """Return when the last run of the family ended, or now."""
        runs = [self.state.runs[name] for name in self.runs]
        ends = [now if each.ended_at is None else each.ended_at for each in runs]
        return max(self.start, *ends) if ends else now

    @property
    def ended(self) -> bool:
        """Whether all runs of the family have ended."""
        return all(self.state.runs[name].ended for name in self.runs)

    def job(self, name: str) -> Job:
        """Return a job of the family."""
        return self.state.jobs[name]

    def run(self, name: str) -> Run:
        """Return a run of the family."""
        return self.state.runs[name]

    def jobs_of(self, run: str) -> Iterable[str]:
        """Return the jobs of a run in order."""
        return self.state.runs[run].progress.jobs

    def _fold(self, event: AnyEvent) -> None:
        own = self._is_own(event)
        self.holds.add(event, self.state, own=own)
        if not own:
            return
        self.state = evolve(self.state, event)
        if isinstance(event, events.ModelLoaded):
            return
        self.changes += 1
        if isinstance(event, events.RunQueued):
            self._queue(event)
        job = getattr(event, "job", "") or self._asking_job(event)
        if job in self.state.jobs:
            self._note_job(self.state.jobs[job], event)
        run = self.state.runs.get(getattr(event, "run", ""))
        if run is not None:
            self._note(run.id, kind_of_run(run, event.at), run.id, event.at, failed=run.state in BAD)

    def _is_own(self, event: AnyEvent) -> bool:
        if isinstance(event, events.RunQueued):
            return event.root == self.root
        return isinstance(event, events.ModelLoaded) or getattr(event, "run", None) in self.state.runs

    def _queue(self, event: events.RunQueued) -> None:
        self.runs.append(event.run)
        if event.parent is not None and event.parent in self.state.jobs:
            self.children.setdefault(event.parent, []).append(event.run)
            self._note_job(self.state.jobs[event.parent], event)

    def _asking_job(self, event: AnyEvent) -> str:
        question = self.state.interruptions.get(getattr(event, "interruption", ""))
        return "" if question is None else question.job

    def _note_job(self, job: Job, event: AnyEvent) -> None:
        failed = isinstance(event, events.AttemptFailed) or (
            isinstance(event, events.JobEnded) and event.state in BAD
        )
        child = self.children[job.id][-1] if job.id in self.children else None
        if failed or isinstance(event, events.JobEnded):
            self.released.setdefault((job.worker or "", event.at), []).append(job.id)
        self._note(job.id, kind_of_job(job), job.run, event.at, job=job, child=child, failed=failed)
        if isinstance(event, events.JobEnded):
            self.ends.setdefault(job.run, []).append((event.at, job.id))

    def _note(
        self,
        subject: str,
        kind: Kind | None,
        run: str,
        at: float,
        *,
        job: Job | None = None,
        child: str | None = None,
        failed: bool = False,
    ) -> None:
        """Close the span of a run or job where it does something else now, and open another one."""
        spans = self.spans.setdefault(subject, [])
        worker = job.worker if job is not None else None
        last = spans[-1] if spans and spans[-1].end is None else None
        child = child if kind == "child" else None
        if last is not None:
            if (last.kind, last.worker, last.child) == (kind, worker, child) and not failed:
                return
            spans.pop()
            if at > last.start:
                spans.append(replace(last, end=at, failed=failed))
        if kind is not None:
            name = job.id if job is not None else None
            spans.append(Span(kind=kind, start=at, run=run, job=name, worker=worker, child=child))
