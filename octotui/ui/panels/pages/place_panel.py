"""The pane with the page of a worker, a pool, an environment, a target or the space."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from octotui.engine.queries.matcher import matches
from octotui.engine.state import State
from octotui.model.space import Model
from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.pages.page_tables import PageTables
from octotui.ui.panels.pages.page_texts import rows_of
from octotui.ui.styled_text import Span, cells, glyphs_of, sign, spread, zone_of
from octotui.ui.widgets.coalesced import CoalescedAfterKeys
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views import runs
from octotui.views.labels import Role
from octotui.views.lists.columns import CellContext
from octotui.views.model_parts.parts import ModelPart, of_place
from octotui.views.pages.last_runs import LastRuns, newer, standings
from octotui.views.pages.page import PageLine, PagePlace, crumbs, query_of
from octotui.views.pages.place_pages import PageScope, page
from octotui.views.runs import EndedRun, RunRow

Trail = tuple[PagePlace, ...]
BETWEEN = " > "


class PageList(LineList):
    """Lines of which some lead nowhere: the cursor passes them, unless there are no others."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Say where there is nothing to open."""
        if action == "open" and self.cursor in self._skipped:
            return "there is no more to see of it"
        return super().why_not(action, parameters)


class PlacePanel(Vertical):
    """Lines of a page under the way that led to it; enter goes on, backspace back."""

    HELP = """One thing of the space: how it stands, what goes on there now, and what has ended there last.
Whatever has a page or is a run can be opened. The first line is the way here, along which one goes back."""
    KEYS_TITLE = "On a page"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("backspace", "up", "back one page", tooltip="Along the way in the first line")
    ]

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    past: reactive[Sequence[EndedRun]] = reactive(tuple, repaint=False)

    class Pointed(Message):
        """The cursor is on another line."""

        def __init__(self, line: PageLine | None) -> None:
            super().__init__()
            self.line = line

    class Opened(Pointed):
        """What the line under the cursor leads to is to be opened."""

    class Turned(Message):
        """Another page is shown, whose ended runs are to be looked up; without a place the last was left."""

        def __init__(self, place: PagePlace | None) -> None:
            super().__init__()
            self.place = place

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self._trail = trail
        self._known: dict[PagePlace, dict[str, EndedRun]] = {}
        self._last: dict[PagePlace, LastRuns] = {}
        self._lines: dict[str, PageLine] = {}
        self._tables = PageTables()
        self._cursors: dict[Trail, str] = {}
        self._listing = CoalescedAfterKeys(self, self._list)

    def compose(self) -> ComposeResult:
        """Yield the breadcrumbs and the lines."""
        yield PaneHeading()
        yield PageList(self._draw, id="page")

    @property
    def place(self) -> PagePlace:
        """What the page is about."""
        return self._trail[-1]

    @property
    def line(self) -> PageLine | None:
        """The line under the cursor."""
        return self._lines.get(self.query_one(LineList).key or "") if self.is_mounted else None

    def pointed_part(self, model: Model) -> ModelPart | None:
        """Return the part of the place under the cursor, or of the page; None on the line of a run."""
        line = self.line
        if line is not None and line.run is not None:
            return None
        return of_place(model, line.place if line is not None and line.place is not None else self.place)

    def on_mount(self) -> None:
        """Show the first page."""
        self._turn(self._trail)

    def on_resize(self) -> None:
        """Wrap texts anew."""
        self.call_after_refresh(self._listing)

    def watch_state(self, old: State, new: State) -> None:
        """Make the page again."""
        if old is not new and self.is_mounted:
            self._listing()

    def watch_now(self) -> None:
        """Tell times anew."""
        if self.is_mounted:
            self._listing()

    def watch_past(self) -> None:
        """Take what has ended here since."""
        query = query_of(self.place)
        if self.is_mounted and query is not None and self.place in self._known:
            names = self.state.model.place_names
            ended = (each for each in self.past if each.ended_at is not None)
            self.add(self.place, (each for each in ended if matches(query, each, names)))

    def add(self, place: PagePlace, records: Iterable[EndedRun]) -> None:
        """Know of runs that have ended in a place."""
        self._known.setdefault(place, {}).update((each.id, each) for each in records)
        if place == self.place:
            self._list()

    def add_last(self, place: PagePlace, records: LastRuns) -> None:
        """Know the last deployments in an environment."""
        self._last[place] = records
        if place == self.place:
            self._list()

    def follow(self, place: PagePlace) -> None:
        """Go on to a page; to one that is on the way here, back."""
        way = self._trail
        if place in way:
            self._turn(way[: way.index(place) + 1])
        else:
            self._turn((place,) if place.kind == "space" else (*way, place))  # nothing leads to the space

    def action_up(self) -> None:
        """Go back one page, or leave the first."""
        if len(self._trail) > 1:
            self._turn(self._trail[:-1])
        else:
            self.post_message(self.Turned(None))

    def _turn(self, trail: Trail) -> None:
        lines = self.query_one(LineList)
        if lines.key is not None:
            self._cursors[self._trail] = lines.key
        self._trail = trail
        self.post_message(self.Turned(self.place))
        self._list()
        if not lines.select(self._cursors.get(trail, "")):
            lines.action_to(0)

    def _list(self) -> None:
        known = self._known.get(self.place)
        past = None if known is None else sorted(known.values(), key=lambda each: -each.number)
        last = None
        if self.place.kind == "environment":
            last = standings(self.state, newer(self._last.get(self.place, {}), past or ()))
        width = self.query_one(LineList).line_width
        lines = rows_of(page(self.place, PageScope(self.state, self.now, zone_of(self), past, last)), width)
        self._lines = {each.key: each for each in lines}
        deaf = frozenset(at for at, each in enumerate(lines) if each.place is None and each.run is None)
        scope = CellContext(self.now, zone_of(self), glyphs_of(self))
        self._tables.look(lines, self.place, self.state, scope, self._row)
        way = crumbs(self.state.model, self._trail)
        self.query_one(PaneHeading).say(BETWEEN.join(name for name, _ in way))
        self.query_one(LineList).show(tuple(self._lines), deaf)

    def _draw(self, key: str, width: int) -> list[Span]:
        line, glyphs = self._lines[key], glyphs_of(self)
        if line.is_heading:
            return [(line.text, "lit")]
        drawn = self._tables.draw(line, width - 2, self._row)
        if drawn is not None:
            return [("  ", "plain"), *drawn]
        mark = [sign(line.mark, glyphs)] if line.mark is not None else []
        role = line.mark.role if line.mark is not None and line.note else "muted"
        text: Role = "plain" if line.place or line.run else "muted"
        return spread([("  ", "plain"), *mark, (line.text, text)], [(line.note, role)], width, glyphs)

    def _row(self, run: str) -> RunRow | None:
        row = runs.row(self.state, run, self.now, zone_of(self))
        record = self._known.get(self.place, {}).get(run)
        return runs.past_row(self.state.model, record, self.now) if row is None and record else row

    @on(PaneHeading.Pressed)
    def _go_back(self, event: PaneHeading.Pressed) -> None:
        """Go to the place on the way here that was clicked."""
        event.stop()
        start = 0
        for name, place in crumbs(self.state.model, self._trail):
            if start <= event.cell < start + cells(name) and place != self.place:
                self.follow(place)
            start += cells(name) + len(BETWEEN)

    @on(LineList.Moved)
    def _point(self, event: LineList.Moved) -> None:
        event.stop()
        line = self._lines.get(event.key or "")
        if isinstance(event, LineList.Opened):
            if line is not None and line.place is not None:
                self.follow(line.place)
            elif line is not None and line.run is not None:
                self.post_message(self.Opened(line))
            return
        self.post_message(self.Pointed(line))
