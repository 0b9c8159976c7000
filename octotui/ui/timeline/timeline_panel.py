"""The pane of a timeline: heading, axis, lanes, the sentence at the cursor, and what the characters mean."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.ui.styled_text import Span, cut, glyphs_of, length, padded, wrapped, zone_of
from octotui.ui.timeline.lane_list import MARGIN, LaneList
from octotui.ui.timeline.text_lines import TextLines
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.labels import duration
from octotui.views.timeline import spans as kinds
from octotui.views.timeline.critical_path import critical_path, on_path
from octotui.views.timeline.drawing import axis_line, cells, label_width, lane_label, legend, path_text
from octotui.views.timeline.lanes import Grouping, Lane, lanes
from octotui.views.timeline.moments import sentence_at, span_at
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.time_scale import TimeScale, whole

SHARE = 20  # laying out the lanes anew takes at most one part in so many of the time
SAID = 2  # lines of the sentence


class TimelinePanel(Vertical):
    """A family's timeline, at the scale and moment that were chosen."""

    HELP = """What each worker did, or each step, over time: what ran, and what waited for a lock, for a slot
or for people. The first lane is the critical path: what the end depended on, from moment to moment. The
cursor says what was there, and who waited for whom."""
    DEFAULT_CSS = """
    TimelinePanel { height: 1fr; }
    TimelinePanel #said { height: 2; }
    """

    now: reactive[float] = reactive(0.0, repaint=False)

    class RunOpened(Message):
        """The run under the cursor is to be opened."""

        def __init__(self, run: str, job: str | None) -> None:
            super().__init__()
            self.run = run
            self.job = job

    def __init__(self) -> None:
        super().__init__()
        self.timeline: Timeline | None = None
        self.grouping: Grouping = "worker"
        self._lanes: dict[str, Lane] = {}
        self._kinds: set[kinds.Kind] = set()
        self._path: Sequence[kinds.Span] = ()
        self._on_path: frozenset[str] = frozenset()
        self._near: TimeScale | None = None  # None: all of the time
        self._at: float | None = None  # the moment of the cursor; None: the end, also while that goes on
        self._drawn: dict[str, list[Span]] = {}
        self._laid = (-1, 0.0)  # the changes of the timeline that are laid out, and when
        self._cost = 0.0

    def compose(self) -> ComposeResult:
        """Yield the lines and the lanes."""
        yield PaneHeading("Timeline")
        yield TextLines(id="axis")
        yield LaneList(self._draw)
        yield TextLines(id="said")
        yield TextLines(id="legend")

    def show(self, timeline: Timeline) -> None:
        """Show a timeline, or what was added to it."""
        first = self.timeline is None
        self.timeline = timeline
        self._lay(at_once=first)

    def watch_now(self) -> None:
        """Let open spans grow."""
        self._lay()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the scale to the width."""
        if self._near is not None:
            self._near = TimeScale(self._near.start, self._near.cell, self._width)
        self._paint()

    @property
    def _width(self) -> int:
        """The cells of time in a lane."""
        room = self.query_one(LaneList).line_width
        return max(1, room - label_width(room))

    @property
    def _whole(self) -> TimeScale:
        timeline = self.timeline
        assert timeline is not None
        return whole(timeline.start, timeline.end(self.now), self._width)

    @property
    def scale(self) -> TimeScale:
        """The part of time that is shown."""
        return self._near or self._whole

    @property
    def moment(self) -> float:
        """The time of the cursor."""
        timeline = self.timeline
        end = self.now if timeline is None else timeline.end(self.now)
        last = max(self.scale.start, end - self.scale.cell / 2) if timeline is not None else end
        return last if self._at is None else min(self._at, last)

    @property
    def lane(self) -> Lane | None:
        """The lane of the cursor."""
        return self._lanes.get(self.query_one(LaneList).key or "")

    def _lay(self, *, at_once: bool = False) -> None:
        """Work out path and lanes anew where the timeline has changed, not more often than that is worth."""
        timeline = self.timeline
        if timeline is None or not timeline.runs:
            return
        laid, when = self._laid
        start = monotonic()
        changed = timeline.changes != laid or not timeline.ended
        if at_once or (changed and start - when >= SHARE * self._cost):
            self._path = critical_path(timeline, self.now)
            self._on_path = on_path(tuple(self._path))
            self._lanes = {each.key: each for each in lanes(timeline, self.grouping, self._path, self.now)}
            self._kinds = {span.kind for lane in self._lanes.values() for span in lane.spans}
            end = monotonic()
            self._laid, self._cost = (timeline.changes, end), end - start
        self._paint()

    def _paint(self) -> None:
        """Draw what is visible of it."""
        timeline = self.timeline
        if timeline is None or not timeline.runs or not self.is_mounted:
            return
        self._drawn.clear()
        self._keep_in_view()
        rows = self.query_one(LaneList)
        rows.show(tuple(self._lanes))
        self._title(timeline)
        room = label_width(rows.line_width)
        by = f"by {self.grouping}"
        axis = self.query_one("#axis", TextLines)
        axis.lines = (
            (
                (" " * MARGIN + f"  {by}".ljust(room), "muted"),
                (axis_line(self.scale, zone_of(self)), "muted"),
            ),
        )
        axis.column = rows.hair = MARGIN + room + self.scale.column(self.moment)
        self.query_one("#legend", TextLines).lines = (
            ((" ", "plain"), *legend(self._kinds, glyphs_of(self))),
        )
        self._say()

    def _title(self, timeline: Timeline) -> None:
        run = timeline.run(timeline.root)
        took = duration(timeline.end(self.now) - timeline.start)
        facts: list[Span] = [(f"{took}{'' if timeline.ended else ' so far'}", "plain")]
        made_of = f" · {path_text(self._path)}"
        title = f"Timeline of {run.id} {run.title}"
        if length([(title, "plain"), *facts, (made_of, "plain")]) < self.size.width - 16:
            facts.append((made_of, "muted"))
        self.query_one(PaneHeading).say(title, tuple(facts))

    def _say(self) -> None:
        """Say what is at the cursor."""
        timeline, lane = self.timeline, self.lane
        if timeline is None or lane is None:
            return
        text = sentence_at(timeline, lane.spans, self.moment, self.now, zone_of(self))
        if lane.content == "path":
            text = f"{text} · in all: {path_text(self._path)}"
        lines = wrapped(text, max(10, self.size.width - 2))
        if len(lines) > SAID:
            lines = [*lines[: SAID - 1], " ".join(lines[SAID - 1 :])]
        self.query_one("#said", TextLines).lines = tuple(((" ", "plain"), (each, "strong")) for each in lines)

    def _draw(self, key: str, width: int) -> list[Span]:
        """Return a lane as text; drawn once for all looks at it."""
        lane = self._lanes.get(key)
        if lane is None:
            return []
        drawn = self._drawn.get(key)
        if drawn is None:
            room, glyphs = label_width(width), glyphs_of(self)
            label = cut([lane_label(lane, self._on_path, room, glyphs)], room - 1, glyphs)
            text = "".join(each for each, _ in label)
            drawn = [(padded(text, room), label[0][1])] if label else [(" " * room, "plain")]
            drawn += cells(lane, self.scale, self._on_path, self.now, glyphs)
            self._drawn[key] = drawn
        return drawn

    def _keep_in_view(self) -> None:
        """Scroll in time to where the cursor is, within what there is."""
        near = self._near
        if near is None:
            return
        first, last = self._whole.start, self._whole.end
        near = near.within(first, last)
        column = near.column(self.moment)
        if not 0 <= column < near.width:
            near = near.moved((column - (0 if column < 0 else near.width - 1)) * near.cell)
        self._near = None if near.cell >= self._whole.cell else near

    @on(LineList.Moved)
    def _move(self, event: LineList.Moved) -> None:
        event.stop()
        if isinstance(event, LineList.Opened):
            self._open()
        else:
            self._say()

    def _open(self) -> None:
        timeline, lane = self.timeline, self.lane
        if timeline is None or lane is None:
            return
        span = span_at(lane.spans, self.moment, self.now)
        run, job = (span.run, span.job) if span is not None else (lane.run, lane.job)
        if run:
            self.post_message(self.RunOpened(run, job))
        else:
            self._tell("there is nothing to open at this moment of the lane")

    def _tell(self, sentence: str) -> None:
        """Tell a sentence for a while."""
        app: Any = self.app
        app.say(sentence)

    @on(LaneList.TimeMoved)
    def _move_in_time(self, event: LaneList.TimeMoved) -> None:
        event.stop()
        if self.timeline is None:
            return
        if event.edge:
            self._at = self._edge(event.edge)
        else:
            last = self.timeline.end(self.now)
            moved = self.scale.at(self.scale.column(self.moment) + event.cells) + self.scale.cell / 2
            self._at = None if moved >= last and event.cells > 0 else max(self.timeline.start, moved)
        self._paint()

    def _edge(self, way: int) -> float | None:
        """Return where the lane's next span begins, or the one before; the present moment without one."""
        spans = self.lane.spans if self.lane is not None else ()
        half = self.scale.cell / 2
        starts = [each.start + min(half, (each.until(self.now) - each.start) / 2) for each in spans]
        found = (
            next((each for each in starts if each > self.moment + 1e-6), None)
            if way > 0
            else next((each for each in reversed(starts) if each < self.moment - 1e-6), None)
        )
        if found is None:
            self._tell(f"nothing comes {'after' if way > 0 else 'before'} it in this lane")
        return self.moment if found is None else found

    @on(LaneList.Zoomed)
    def _zoom(self, event: LaneList.Zoomed) -> None:
        event.stop()
        if self.timeline is None:
            return
        near = self.scale.zoomed(0.5**event.steps, self.moment) if event.steps else self._whole
        if event.steps > 0 and near.cell == self.scale.cell:
            self._tell("it cannot be nearer")
        self._near = near if near.cell < self._whole.cell else None
        self._paint()

    @on(LaneList.Grouped)
    def _group(self, event: LaneList.Grouped) -> None:
        event.stop()
        self.grouping = "step" if self.grouping == "worker" else "worker"
        self._lay(at_once=True)
