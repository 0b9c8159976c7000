"""A timeline without a screen: as lines of a width, and as plain objects."""

from collections.abc import Iterator
from typing import Any

from octotui.views.labels import Glyphs, duration
from octotui.views.text.clock_times import Zone, date_and_time
from octotui.views.text.visible_text import visible
from octotui.views.timeline.critical_path import critical_path, on_path
from octotui.views.timeline.drawing import axis_line, cells, label_width, lane_label, legend, path_text
from octotui.views.timeline.lanes import Grouping, lanes
from octotui.views.timeline.moments import sentence
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.spans import LOOKS, Kind, Span
from octotui.views.timeline.time_scale import whole


def as_lines(
    timeline: Timeline, grouping: Grouping, now: float, width: int, glyphs: Glyphs, zone: Zone = None
) -> Iterator[str]:
    """Yield its axis and lanes, what the characters mean, and the critical path in words."""
    run = timeline.run(timeline.root)
    path = critical_path(timeline, now)
    on, room = on_path(path), label_width(width)
    scale = whole(timeline.start, timeline.end(now), width - room)
    took = duration(timeline.end(now) - timeline.start)
    lasts = took if timeline.ended else f"{took} so far"
    yield glyphs.text(visible(f"{run.id} {run.title} · {lasts} · {date_and_time(timeline.start, zone)}"))
    yield f"{f'  by {grouping}':{room}}{axis_line(scale, zone)}".rstrip()
    kinds: set[Kind] = set()
    for lane in lanes(timeline, grouping, path, now):
        kinds.update(span.kind for span in lane.spans)
        label = visible(lane_label(lane, on, room, glyphs)[0])[: room - 1]
        drawn = "".join(text for text, _ in cells(lane, scale, on, now, glyphs))
        yield f"{glyphs.text(label):{room}}{drawn}".rstrip()
    yield "".join(text for text, _ in legend([kind for kind in LOOKS if kind in kinds], glyphs))
    yield f"critical path: {path_text(path)}"
    for span in path:
        what = sentence(timeline, span, span.start, now)
        yield glyphs.text(visible(f"  {date_and_time(span.start, zone)}  {what}"))


def as_objects(timeline: Timeline, now: float) -> Iterator[dict[str, Any]]:
    """Yield each span of a family as an object, and then those of its critical path."""
    for run in timeline.runs:
        for subject in (run, *timeline.jobs_of(run)):
            for span in timeline.spans.get(subject, ()):
                yield _object(timeline, span, now, is_path=False)
    for span in critical_path(timeline, now):
        yield _object(timeline, span, now, is_path=True)


def _object(timeline: Timeline, span: Span, now: float, *, is_path: bool) -> dict[str, Any]:
    job = timeline.job(span.job) if span.job is not None else None
    step = job.step if job is not None else None
    return {
        "critical_path": is_path,
        "kind": span.kind,
        "run": span.run,
        "job": span.job,
        "step": None if step is None else timeline.run(span.run).runbook.steps[step].name,
        "worker": span.worker,
        "child": span.child,
        "start": span.start,
        "end": span.end,
        "failed": span.failed,
        "sentence": sentence(timeline, span, span.start, now),
    }
