"""The visible part of a timeline as text with roles; the cost is that of the cells, not of the spans."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import groupby

from octotui.views.labels import Glyphs, Role, duration
from octotui.views.text.clock_times import Zone
from octotui.views.timeline.critical_path import by_kind
from octotui.views.timeline.lanes import Lane
from octotui.views.timeline.spans import LOOKS, Kind, KindLook, Span
from octotui.views.timeline.time_scale import TimeScale, axis

LOOKED_AT = 4  # spans of one cell at most, of which the one that takes most of it is drawn
Text = list[tuple[str, Role]]
Cell = tuple[str, Role]
BLANK: Cell = (" ", "plain")
MARK = {"unicode": "◆", "ascii": "*"}
AS_A_WHOLE = {"unicode": "━", "ascii": "="}
"""What a run is drawn with while it executes: its jobs do the work."""


def character(look: KindLook, glyphs: Glyphs) -> str:
    """Return the character that spans of a kind are drawn with."""
    return look.ascii if glyphs.name == "ascii" else look.unicode


def label_width(width: int) -> int:
    """Return the cells for the names of lanes, of a width."""
    return max(10, min(36, width // 3))


def lane_label(lane: Lane, path: frozenset[str], width: int, glyphs: Glyphs) -> tuple[str, Role]:
    """Return the name of a lane, with a mark where the critical path goes through it."""
    is_on = lane.content == "path" or lane.key.partition("/")[2] in path
    mark = f"{MARK[glyphs.name]} " if is_on else "  "
    role: Role = "lit" if is_on else "strong" if lane.content == "run" else "plain"
    return f"{mark}{'  ' * min(lane.depth, 4) if lane.content in ('run', 'job') else ''}{lane.label}", role


def cells(lane: Lane, scale: TimeScale, path: frozenset[str], now: float, glyphs: Glyphs) -> Text:
    """Return the cells of a lane, equal ones as one text."""
    drawn = (_cell(lane, scale, column, path, now, glyphs) for column in range(scale.width))
    return [("".join(text for text, _ in group), role) for role, group in groupby(drawn, key=lambda c: c[1])]


def _cell(
    lane: Lane, scale: TimeScale, column: int, path: frozenset[str], now: float, glyphs: Glyphs
) -> Cell:
    span = _in_cell(lane.spans, scale, column, now)
    if span is None:
        return BLANK
    if span.failed and _in_cell(lane.spans, scale, column + 1, now) is not span:
        return glyphs.sign("bad"), "bad"
    look = LOOKS[span.kind]
    if lane.content == "run" and span.kind == "executing":
        return AS_A_WHOLE[glyphs.name], look.role
    is_on = lane.content == "path" or (lane.content == "worker" and span.job in path)
    return character(look, glyphs), "lit" if is_on and look.role == "active" else look.role


def _in_cell(spans: Sequence[Span], scale: TimeScale, column: int, now: float) -> Span | None:
    """Return the span that takes most of a cell, of the last ones that begin before its end."""
    first, last = scale.at(column), scale.at(column + 1)
    index = bisect_right(spans, last, key=lambda span: span.start) - 1
    best, most = None, 0.0
    for each in range(index, max(-1, index - LOOKED_AT), -1):
        span = spans[each]
        part = min(span.until(now), last) - max(span.start, first)
        if part > most:
            best, most = span, part
        if span.start <= first:
            break
    return best


def axis_line(scale: TimeScale, zone: Zone = None) -> str:
    """Return the clock times above the lanes."""
    line = [" "] * scale.width
    for column, text in axis(scale, zone):
        line[column : column + len(text)] = text
    return "".join(line)


def legend(kinds: Collection[Kind], glyphs: Glyphs) -> Text:
    """Return what the characters of these kinds mean."""
    text: Text = []
    for kind in LOOKS:
        if kind in kinds:
            look = LOOKS[kind]
            text += [(character(look, glyphs), look.role), (f" {look.word}  ", "muted")]
    return [*text, (MARK[glyphs.name], "lit"), (" on the critical path", "muted")]


def path_text(path: Sequence[Span]) -> str:
    """Return what a critical path is made of: `executing 1m20s, waits for a lock 30s`."""
    parts = (f"{LOOKS[kind].word} {duration(seconds)}" for kind, seconds in by_kind(tuple(path)).items())  # type: ignore[index]
    return ", ".join(parts)
