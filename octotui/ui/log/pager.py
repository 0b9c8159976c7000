"""The live output of a job, drawn row by row: the cost is that of the visible rows."""

from collections.abc import Callable, Collection
from itertools import islice, zip_longest
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.log.line_text import LogLine
from octotui.ui.log.line_window import LineWindow, LogRow, Spot
from octotui.ui.log.lines.job_lines import JobLines, LineSource
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.search import Search
from octotui.ui.styled_text import glyphs_of, tints_of, zone_of

NOWHERE = Path("/dev/null")
OF_LINES = ("last", "wrap", "times", "select", "verbose", "copy")  # actions that need a line


class LogPager(ExplainedActions, ScrollView, can_focus=True):
    """The output of a job, followed while it grows, or at the reader's position."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LogPager { height: 1fr; overflow: hidden auto; scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    """
    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("j,down", "rows(1)", "down", show=False),
        KeyAction("k,up", "rows(-1)", "up", show=False),
        KeyAction("pagedown", "pages(2)", "page down", show=False),
        KeyAction("pageup", "pages(-2)", "page up", show=False),
        KeyAction("ctrl+d", "pages(1)", "half a page down", show=False),
        KeyAction("ctrl+u", "pages(-1)", "half a page up", show=False),
        KeyAction("right", "columns(8)", "right", show=False),
        KeyAction("left", "columns(-8)", "left", show=False),
        KeyAction("g,home", "first", "to the top", show=False),
        KeyAction(
            "G,end",
            "last",
            "to the end",
            title="Follow the output",
            tooltip="And stay there while new lines come",
        ),
        KeyAction(
            "S",
            "wrap",
            "wrap",
            show=False,
            title="Wrap the output",
            tooltip="Long lines in several rows, or cut",
        ),
        KeyAction(
            "d",
            "times",
            "times",
            show=False,
            title="Times in the output",
            tooltip="When each line was printed",
        ),
        KeyAction(
            "m", "select", "select", show=False, title="Select lines", tooltip="From the current line on"
        ),
        KeyAction("shift+down", "extend(1)", "select down", show=False, tooltip="The next line, too"),
        KeyAction("shift+up", "extend(-1)", "select up", show=False, tooltip="The line before, too"),
    ]

    class Changed(Message, namespace="log_view"):
        """Position, following, selection or search changed; the suffix shows them, without markup."""

        def __init__(self, log_view: "LogPager", title_suffix: str) -> None:
            super().__init__()
            self.log_view = log_view
            self.title_suffix = title_suffix

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.suffix = self.title = ""
        self.elsewhere = ""  # where output is, in words, if there is none here
        self.live = False
        self._strips: LRUCache[LogRow, Strip] = LRUCache(512)
        self._style = Style.null()
        self._wrapped = self._timed = self._brief = False
        self._offered = (False, False, False)
        self._forget(None)

    def _forget(self, key: object, source: LineSource | None = None) -> None:
        self.key = key
        self.line = 0
        self.following = True
        self._lines = LineWindow(source or JobLines(NOWHERE))
        self._lines.brief = self._brief
        self._page: list[LogRow] = []
        self._top: Spot = (0, 0)
        self._left = self._room = self._row_room = 0  # cells: scrolled out, for text, of a wrapped row
        self._names = 0  # cells for names of jobs
        self._pointed: int | None = None
        self._anchor: int | None = None
        self._search: Search | None = None
        self._jump: int | None = None  # start of a search that has not found a line yet

    def show_lines(
        self, key: object, opened: Callable[[], LineSource], title: str = "", *, live: bool = True
    ) -> None:
        """Show what is opened for a key, or nothing for None; the same key keeps the reader's position."""
        changed, self.title, self.live = (key, live) != (self.key, self.live), title, live
        if key != self.key:
            self.forget_searches()
            self._lines.source.close()
            self._forget(key, opened())
        if changed:
            self._redraw()
            self._settle()
        self.tick()

    def forget_searches(self) -> None:
        """End the searches of the log that was shown."""

    def tick(self) -> None:
        """Read what was appended, and repaint; call it at most 30 times a second."""
        if self._lines.refresh():
            self._settle()
            self.log_grew()

    def log_grew(self) -> None:
        """Handle growth of the log."""

    @on(events.Resize)
    @on(events.Focus)
    @on(events.Blur)
    def _settle(self) -> None:
        """Update page, scrollbar, dirty regions and title."""
        size = self.scrollable_content_region.size
        if not size or not self.is_attached:
            return
        room, style = max(1, size.width - self._gutter_width(size.width)), self.rich_style
        if (room, room * self._wrapped, style) != (self._room, self._row_room, self._style):
            self._turn(room, style)
        old, self._page, below = self._page, [], 0
        if self._lines.count:
            end = self._lines.end(size.height, self._row_room)
            self._top, below = end if self.following else min(self._top, end), end[0]
            rows = list(islice(self._lines.page(self._top, size.height, self._row_room), size.height))
            self.line = self._current({number for number, *_ in rows})
            self._page = [self._row(*row) for row in rows]
        self._mirror(below, size)
        changed = [y for y, pair in enumerate(zip_longest(old, self._page)) if pair[0] != pair[1]]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))
        self._announce()
        at_end = self.following and self._anchor is None
        offered = (self._lines.count > 0, at_end, self.can_drop())
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def can_drop(self) -> bool:
        """Return whether there is a selection or a search to drop."""
        return self._anchor is not None or self._search is not None

    def mode(self) -> Collection[str]:
        """While lines are selected, what is done to them."""
        return ("copy", "select", "drop") if self._anchor is not None else ()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse actions without lines, and following at the end."""
        if action in OF_LINES and not self._lines.count:
            return "there is no output"
        is_at_end = action == "last" and self.following and self._anchor is None
        return "the end of the output is shown already" if is_at_end else ""

    def _turn(self, room: int, style: Style) -> None:
        """Lay out for another width or style; the first character stays at the top."""
        row_room, (number, row) = room * self._wrapped, self._top
        if row and number < self._lines.count:
            line = self._lines.get(number)
            starts = line.starts(self._row_room)
            self._top = number, line.row_of(starts[min(row, len(starts) - 1)], row_room)
        self._room, self._row_room, self._style = room, row_room, style
        self._redraw()

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def _current(self, shown: set[int]) -> int:
        """Return the current line, at which copying, selections and searches start."""
        if self._pointed is not None and (self._pointed in shown or self._anchor is not None):
            return self._pointed
        return max(shown) if self.following else self._top[0]

    def _row(self, number: int, line: LogLine, start: int, end: int) -> LogRow:
        mark = ">" if number == self.line and self.has_focus else " "
        if self._anchor is not None:
            first, last = self.chosen
            mark = "|" if first <= number <= last else " "
        blank = self._wrapped and start > 0
        clock = self._lines.clock(number, zone_of(self), blank=blank) if self._timed else ""
        clock += self._job_name(number, blank=blank)
        level, is_stderr = self._lines.level(number), self._lines.is_stderr(number)
        if self._wrapped:
            return LogRow(line, number, start, end, 0, mark + clock, level, is_stderr)
        start, end = line.span(self._left, self._room)
        pad = max(0, line.cell(start) - self._left)
        return LogRow(line, number, start, end, pad, mark + clock, level, is_stderr)

    def _gutter_width(self, width: int) -> int:
        names = self._names = min(self._lines.source.name_width, width // 4)
        return 1 + 9 * self._timed + (names + 1 if names else 0)

    def _job_name(self, number: int, *, blank: bool) -> str:
        if not self._names:
            return ""
        name = "" if blank else self._lines.name(number)
        if cell_len(name) > self._names:
            name = set_cell_size(name, self._names - 1) + glyphs_of(self).text("…")
        return f"{set_cell_size(name, self._names)} "

    def _mirror(self, below: int, size: Size) -> None:
        """Update the scrollbar's position, without a layout unless the bar comes or goes."""
        virtual = Size(size.width, below + size.height)
        if virtual != self.virtual_size:
            self.set_reactive(Widget.virtual_size, virtual)
            self._scroll_update(virtual)
        self.scroll_target_y = self.scroll_y = self._top[0]

    def _announce(self) -> None:
        first, last = self.chosen
        parts = self.searched()
        if self._anchor is not None:
            parts.append(f"{last - first + 1:,} selected")
        if count := self._lines.count:
            parts += ["brief"] * self._brief + ["wrapped"] * self._wrapped
            parts.append("following" if self.following and self.live else self.place_text(count))
        if (suffix := " · ".join(parts)) != self.suffix:
            self.suffix = suffix
            self.post_message(self.Changed(self, suffix))

    def searched(self) -> list[str]:
        """Return the searches for the title."""
        return [self._search.state(self._lines.line(self.line))] if self._search is not None else []

    def place_text(self, count: int) -> str:
        """Return the current line for the title."""
        return f"line {self.line + 1:,} of {count:,}"

    def render_line(self, y: int) -> Strip:
        """Render one row of the page."""
        width = self.scrollable_content_region.width
        if y >= len(self._page):
            words = "" if self._page or y else f" {self.nothing}"
            return Strip([Segment(words, self._style + Style(dim=True))]).adjust_cell_length(
                width, self._style
            )
        row = self._page[y]
        if (strip := self._strips.get(row)) is None:
            tint = tints_of(self)[row.level]
            strip = self._strips[row] = row.strip(
                width, self._style, tint, self.pattern, cut=not self._wrapped
            )
        return strip

    @property
    def nothing(self) -> str:
        """What is said where there are no lines."""
        if self.live and self.key is not None:
            return "no output yet"
        return f"no output; {self.elsewhere}" if self.elsewhere else "no output"

    @property
    def pattern(self) -> Pattern | None:
        """What is highlighted."""
        return self._search.pattern if self._search is not None else None

    def on_unmount(self) -> None:
        """Close the log."""
        self._lines.source.close()

    def notify_style_update(self) -> None:
        """Redraw with the new style."""
        super().notify_style_update()
        self._settle()

    def _go(self, spot: Spot, *, following: bool = False) -> None:
        self._top, self.following, self._jump = spot, following, None
        self._settle()

    def _scroll(self, rows: int) -> None:
        if self._lines.count:
            go = self._lines.down if rows > 0 else self._lines.up
            self._go(go(self._top, abs(rows), self._row_room), following=self.following and rows > 0)

    def action_rows(self, rows: int) -> None:
        """Scroll, or move the end of the selection."""
        if self._anchor is not None:
            self._extend(self.line + rows)
        else:
            self._scroll(rows)

    def action_pages(self, halves: int) -> None:
        """Scroll by half pages; two are a page less a row."""
        height = max(2, self.scrollable_content_region.height)
        rows = height - 1 if abs(halves) > 1 else height // 2
        self.action_rows(rows if halves > 0 else -rows)

    def action_columns(self, columns: int) -> None:
        """Scroll sideways, as far as the widest visible line reaches."""
        widest = 0 if self._wrapped else max((row.line.width for row in self._page), default=0)
        farthest = max(self._left, widest - self._room) if columns > 0 else self._left
        self._sideways(max(0, min(self._left + columns, farthest)))

    def _sideways(self, left: int) -> None:
        if left != self._left:
            self._left = left
            self._redraw()
            self._settle()

    def to_attempt(self, number: int) -> None:
        """Go to the beginning of an attempt."""
        line = self._lines.attempt(number)
        if line is not None:
            self._go((line, 0))

    def action_first(self) -> None:
        """Go to the first line."""
        if self._anchor is not None:
            self._extend(0)
        else:
            self._go((0, 0))

    def action_last(self) -> None:
        """Go to the end and follow, or select to the end."""
        if self._anchor is not None:
            self._extend(self._lines.count - 1)
        else:
            self._pointed = None
            self._go(self._top, following=True)

    def action_wrap(self) -> None:
        """Toggle wrapping of long lines."""
        self._wrapped, self._left = not self._wrapped, 0
        self._settle()

    def action_times(self) -> None:
        """Toggle times."""
        self._timed = not self._timed
        self._settle()

    @property
    def chosen(self) -> tuple[int, int]:
        """The first and last line of the selection, or the current line."""
        anchor = self.line if self._anchor is None else self._anchor
        return min(anchor, self.line), max(anchor, self.line)

    def _point(self, line: int, position: int = 0, *, far: bool = False) -> None:
        """Make a line the current one, and scroll to it, or to a character in it, if it is out of view."""
        self.following, self._pointed, self.line = False, line, line
        text, height = self._lines.get(line), self.scrollable_content_region.height
        spot = (line, text.row_of(position, self._row_room))
        if not self._top <= spot <= self._lines.down(self._top, height - 1, self._row_room):
            above = height // 3 if far else 0 if spot < self._top else height - 1
            self._top = self._lines.up(spot, above, self._row_room)
        self._settle()

    def _extend(self, line: int) -> None:
        """Move the end of the selection, which starts at the current line."""
        if self._lines.count:
            self._anchor = self.line if self._anchor is None else self._anchor
            self._point(max(0, min(line, self._lines.count - 1)))

    def _unselect(self) -> None:
        self._anchor = None
        self._settle()

    def action_extend(self, lines: int) -> None:
        """Extend or shrink the selection by a line."""
        self._extend(self.line + lines)

    def action_select(self) -> None:
        """Start a selection at the current line, or drop it."""
        if self._anchor is None:
            self._extend(self.line)
        else:
            self._unselect()
