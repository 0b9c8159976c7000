"""Lanes: the spans of a family side by side, by worker or by step, none over another in the same lane."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from octotui.engine.state import Job
from octotui.views.labels import machine_name
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.spans import HOLDING, Span
from octotui.views.waits import work_of

Grouping = Literal["worker", "step"]
Content = Literal["path", "worker", "wait", "people", "queue", "run", "job"]

PATH = "critical path"


class Lane(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of a timeline: its spans in order; `label` is "" where it goes on with the lane above."""

    key: str
    content: Content
    label: str
    depth: int = 0
    spans: Sequence[Span]
    run: str = ""


def lanes(timeline: Timeline, grouping: Grouping, path: Sequence[Span], now: float) -> tuple[Lane, ...]:
    """Return all lanes: the critical path, and the others by worker or by step."""
    first = Lane(key="path", content="path", label=PATH, spans=path, run=timeline.root)
    others = _by_worker(timeline, now) if grouping == "worker" else _by_step(timeline)
    return (first, *others)


def _by_worker(timeline: Timeline, now: float) -> Iterator[Lane]:
    """Yield what ran on each worker, and beneath it who waited for it; then questions, and the queue."""
    contents = ("worker", "wait", "people", "queue", "none")
    sorted_out: dict[str, dict[str, list[Span]]] = {each: {} for each in contents}
    for name in timeline.runs:
        for subject in (name, *timeline.jobs_of(name)):
            for span in timeline.spans.get(subject, ()):
                content, worker = _lane_of(span)
                sorted_out[content].setdefault(worker, []).append(span)
    running, waiting = sorted_out["worker"], sorted_out["wait"]
    for worker in _in_order(timeline, {*running, *waiting}):
        label = machine_name(timeline.state.model, worker)
        yield from _packed(f"worker/{worker}", "worker", label, running.get(worker, []), now)
        yield from _packed(f"wait/{worker}", "wait", f"wait for {label}", waiting.get(worker, []), now)
    yield from _packed("people", "people", "questions", sorted_out["people"].get("", []), now)
    yield from _packed("queue", "queue", "queue", sorted_out["queue"].get("", []), now)


def _lane_of(span: Span) -> tuple[str, str]:
    """Return which lanes show a span by worker, and of which worker; "none" where that is told elsewhere."""
    if span.job is None:
        return ("queue" if span.kind in ("slot", "machine", "check", "scheduled") else "none"), ""
    if span.worker is not None and span.kind in HOLDING:
        return "worker", span.worker
    if span.worker is not None and span.kind in ("lock", "retry"):
        return "wait", span.worker
    return {"question": "people", "place": "queue"}.get(span.kind, "none"), ""


def _in_order(timeline: Timeline, workers: Iterable[str]) -> list[str]:
    """Return workers and targets in declared order, and then those that are not declared any more."""
    declared = {name: index for index, name in enumerate(timeline.state.model.machines)}
    return sorted(workers, key=lambda name: (declared.get(name, len(declared)), name))


def _packed(key: str, content: Content, label: str, spans: list[Span], now: float) -> Iterator[Lane]:
    """Yield as few lanes as hold these spans without one over another, the first ones filled first."""
    rows: list[list[Span]] = []
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    for span in sorted(spans, key=lambda each: (each.start, each.run, each.job or "")):
        while busy and busy[0][0] <= span.start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if not free:
            heapq.heappush(free, len(rows))
            rows.append([])
        row = heapq.heappop(free)
        rows[row].append(span)
        heapq.heappush(busy, (span.until(now), row))
    for number, row_spans in enumerate(rows):
        lane = f"{key}/{number}"
        yield Lane(key=lane, content=content, label="" if number else label, depth=1, spans=row_spans)


def _by_step(timeline: Timeline) -> Iterator[Lane]:
    """Yield each run and its jobs in order, the runs that a job has started beneath it."""
    left = [(timeline.root, 0)] if timeline.root in timeline.state.runs else []
    while left:
        name, depth = left.pop()
        if name.startswith("job-"):
            yield _of_job(timeline, timeline.job(name), depth)
            left += [(each, depth + 1) for each in reversed(timeline.children.get(name, ()))]
        else:
            run = timeline.run(name)
            where = f" {run.request.environment}" if run.request.environment else ""
            yield Lane(
                key=f"run/{name}",
                content="run",
                label=f"{name} {run.title}{where}",
                depth=depth,
                spans=timeline.spans[name],
                run=name,
            )
            left += [(each, depth + 1) for each in reversed(list(timeline.jobs_of(name)))]


def _of_job(timeline: Timeline, job: Job, depth: int) -> Lane:
    what = work_of(timeline.state, job)
    machine = job.target or (job.worker if job.step is None else None)
    where = f" on {machine_name(timeline.state.model, machine)}" if machine else ""
    return Lane(
        key=f"job/{job.id}",
        content="job",
        label=f"{what}{where}",
        depth=depth,
        spans=timeline.spans.get(job.id, ()),
        run=job.run,
    )
