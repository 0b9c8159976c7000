"""The critical path of a run and all it started: backwards from the end, what each moment depended on.

A job that ended last before a moment is what the moment depended on. Its own spans follow; a wait for a place
or a lock leads on to the job of the family that released it, a wait for a run to that run, and a job that has
no more spans to the one that ended last before it was queued. What lies between jobs is what the run did as
a whole: it waited for a slot, or for people. The parts have no gaps, so their sum is the duration of it all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from msgspec.structs import replace

from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.spans import HOLDING, Span

ORDER = ("executing", "acquiring", "outage", "question", "retry", "child", "lock", "place")
"""Of open jobs, the kind of span that an open run depends on first."""


def critical_path(timeline: Timeline, now: float) -> tuple[Span, ...]:
    """Return the parts of the critical path, in order, without gaps: to the end, or as far as it is now."""
    if not timeline.runs:
        return ()
    walk = _Walk(timeline, _last(timeline), timeline.end(now))
    parts = [each for each in walk.parts() if each.end is not None and each.end > each.start]
    return tuple(reversed(parts))


def _last(timeline: Timeline) -> str:
    """Return the run that ended last, or the first one that has not ended."""
    runs = [timeline.run(name) for name in timeline.runs]
    still = next((each for each in runs if not each.ended), None)
    return (
        still.id if still is not None else max(runs, key=lambda each: (each.ended_at or 0.0, -each.number)).id
    )


class _Walk:
    """A way back through a family, from a moment of a run."""

    def __init__(self, timeline: Timeline, run: str, end: float) -> None:
        self._timeline = timeline
        self._root = timeline.root
        self._run = run
        self._job: str | None = None
        self._at = end
        self._now = end
        self._seen: set[tuple[str, float]] = set()

    def parts(self) -> Iterator[Span]:
        """Yield the parts, the last one first."""
        start = self._timeline.run(self._root).queued_at
        self._job = self._open_job() if not self._timeline.run(self._run).ended else None
        while self._at > start:
            yield from self._through_job() if self._job is not None else self._to_job()

    def _open_job(self) -> str | None:
        """Return the job that an open run depends on now, or None."""
        timeline = self._timeline
        jobs = [name for _, name in timeline.run(self._run).progress.open if timeline.spans.get(name)]
        current = [timeline.spans[name][-1] for name in jobs]
        known = [each for each in current if each.end is None and each.kind in ORDER]
        first = min(known, key=lambda each: (ORDER.index(each.kind), each.start), default=None)
        return None if first is None else first.job

    def _to_job(self) -> Iterator[Span]:
        """Go back to the job that ended last, or to where the run came from."""
        before = self._ended_before(self._run, self._at)
        since = self._timeline.run(self._run).queued_at if before is None else before[0]
        yield from self._of_run(since)
        self._at = min(self._at, since)
        if before is not None:
            self._job = before[1]
        elif self._run != self._root:
            parent = self._timeline.run(self._run).parent or ""
            if parent not in self._timeline.state.jobs:
                self._run = self._root
                return
            self._run, self._job = self._timeline.job(parent).run, parent

    def _ended_before(self, run: str, at: float) -> tuple[float, str] | None:
        """Return the last job of a run that had ended at a time, which the way has not come through."""
        ends = self._timeline.ends.get(run, [])
        for index in range(bisect_right(ends, at, key=lambda end: end[0]) - 1, -1, -1):
            if (ends[index][1], ends[index][0]) not in self._seen:
                return ends[index]
        return None

    def _of_run(self, since: float) -> Iterator[Span]:
        """Yield what the run did as a whole, from a time to the present moment of the way."""
        spans = self._timeline.spans[self._run]
        for index in range(bisect_right(spans, self._at, key=lambda span: span.start) - 1, -1, -1):
            span = spans[index]
            start, end = max(span.start, since), min(span.until(self._now), self._at)
            if end > start:
                yield replace(span, start=start, end=end, failed=False)
            if span.start <= since:
                break

    def _through_job(self) -> Iterator[Span]:
        """Go back through a job's spans, up to where it was queued, or another run or job leads on."""
        name = self._job or ""
        job = self._timeline.job(name)
        self._seen.add((name, self._at))
        spans = self._timeline.spans.get(name, [])
        for index in range(bisect_left(spans, self._at, key=lambda span: span.start) - 1, -1, -1):
            span = spans[index]
            if self._leads_on(span):
                break
            end = min(span.until(self._now), self._at)
            if end < self._at:  # between two spans of a job there is nothing but what its run does
                yield from self._of_run(end)
            yield replace(span, end=end)
            self._at = span.start
        else:
            yield from self._of_run(min(job.queued_at, self._at))
            self._at, self._job = min(job.queued_at, self._at), None

    def _leads_on(self, span: Span) -> bool:
        """Follow a wait to what ended it, where that is of the family; return whether it is."""
        if span.kind == "child" and span.child is not None:
            return self._follow_child(span)
        if span.kind == "place":
            found = self._ended_before(span.run, min(span.until(self._now), self._at))
            return found is not None and found[0] == self._at and self._follow(found[1], found[0])
        if span.kind == "lock" and span.worker is not None:
            released = self._timeline.released.get((span.worker, self._at), [])
            return any(self._follow(job, self._at) for job in reversed(released))
        return False

    def _follow_child(self, span: Span) -> bool:
        child = self._timeline.run(span.child or "")
        if span.end is not None and child.ended_at != self._at:
            return False
        self._run = child.id
        self._job = self._open_job() if child.ended_at is None else None
        return True

    def _follow(self, job: str, at: float) -> bool:
        if job == self._job or (job, at) in self._seen:
            return False
        self._run, self._job = self._timeline.job(job).run, job
        return True


def on_path(parts: tuple[Span, ...]) -> frozenset[str]:
    """Return the jobs and runs that a path goes through."""
    return frozenset(each.job or each.run for each in parts)


def by_kind(parts: tuple[Span, ...]) -> dict[str, float]:
    """Return how long a path did what, the longest first; work is one kind, whoever did it."""
    sums: dict[str, float] = {}
    for each in parts:
        kind = "executing" if each.kind in HOLDING and each.kind != "acquiring" else each.kind
        sums[kind] = sums.get(kind, 0.0) + each.until(each.start) - each.start
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]))
