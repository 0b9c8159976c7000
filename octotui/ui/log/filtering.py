"""A pager with a filter to matching lines, with lines around them."""

import re
from typing import ClassVar

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.log.line_window import Spot
from octotui.ui.log.lines.filtered_lines import FilteredLines
from octotui.ui.log.lines.job_lines import LineSource
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.search import Search
from octotui.ui.log.prompt import SearchPrompt
from octotui.ui.log.searching import SearchPager

_ASKED = re.compile(r"-(?P<around>\d{1,3}) (?P<text>.+)", re.DOTALL)
ASKS = "filter: text or a regular expression; -3 before it: with 3 lines around"


class FilterPager(SearchPager):
    """Lines that do not match can be left out, also while the log grows; the reader's position stays."""

    KEYS_TITLE = "In the output"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "ampersand",
            "filter",
            "filter",
            title="Filter the output",
            tooltip="Only lines that match, and with -3 before it, 3 lines around each",
        ),
    ]

    def _forget(self, key: object, source: LineSource | None = None) -> None:
        super()._forget(key, source)
        self._sought: int | None = None  # the line at which to stand once it was looked at

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to filter where there is no output."""
        if action == "filter" and not self._lines.source.count:
            return "there is no output"
        return super().why_not(action, parameters)

    def can_drop(self) -> bool:
        """Return whether there is a selection, a search or a filter to drop."""
        return super().can_drop() or self._lines.filter is not None

    def action_drop(self) -> None:
        """Drop the selection, else the search, else the filter."""
        if self._anchor is None and self._search is None:
            self.filter("")
        else:
            super().action_drop()

    def action_filter(self) -> None:
        """Ask for a filter."""
        before = self._lines.filter
        text = "" if before is None else f"-{before.around} " * (before.around > 0) + before.search.text
        self.app.push_screen(
            SearchPrompt(text, self.region, ASKS), lambda asked: None if asked is None else self.filter(asked)
        )

    def filter(self, asked: str) -> None:
        """Leave out lines that do not match; `-3 text` leaves 3 lines around each; "" ends the filter."""
        found = _ASKED.fullmatch(asked)
        around, text = (int(found["around"]), found["text"]) if found else (0, asked)
        self.workers.cancel_group(self, "filter")
        line = self._lines.line(self.line if self._pointed is not None else self._top[0])
        self._lines.filter = None
        if text and self.key is not None:
            search = Search(text, self._lines.source, self._brief)
            self._lines.filter = FilteredLines(search, around)
            self.look_for(search, "filter")
        self._stand_at(line)

    def _stand_at(self, line: int) -> None:
        """Show a line of the log at the top, or the next one that is not left out."""
        self._anchor = self._pointed = None
        self._top = self._lines.place(line), 0
        self._sought = line
        self._redraw()
        self._settle()

    def found_more(self, search: Search) -> None:
        """Show more lines; the reader's position stays, as a line of the log."""
        left = self._lines.filter
        if left is None or search is not left.search:
            super().found_more(search)
            return
        line, row = self._top
        sought = left.line(line) if self._sought is None else self._sought
        left.update(self._lines.source.count, self._lines.is_hidden)
        if not self.following:
            self._top = left.place(sought), row
        if not search.running or (search.hits and search.hits[-1] >= sought):
            self._sought = None
        self._redraw()
        self._settle()

    def _go(self, spot: Spot, *, following: bool = False) -> None:
        self._sought = None
        super()._go(spot, following=following)

    def _point(self, line: int, position: int = 0, *, far: bool = False) -> None:
        self._sought = None
        super()._point(line, position, far=far)

    def log_grew(self) -> None:
        """Filter what was appended, too."""
        super().log_grew()
        if self._lines.filter is not None:
            self.look_for(self._lines.filter.search, "filter")

    def forget_searches(self) -> None:
        """End the searches of the log that was shown."""
        super().forget_searches()
        self.workers.cancel_group(self, "filter")

    def action_verbose(self) -> None:
        """Toggle hidden lines, and filter anew."""
        before, line = self._lines.filter, self._lines.line(self._top[0])
        self._lines.filter = None
        super().action_verbose()
        if before is not None:
            self.filter(f"-{before.around} {before.search.text}")
            self._stand_at(line)

    @property
    def pattern(self) -> Pattern | None:
        """What is highlighted: what is searched for, else what the lines are filtered by."""
        left = self._lines.filter
        return super().pattern or (None if left is None else left.search.pattern)

    @property
    def nothing(self) -> str:
        """What is said where there are no lines."""
        left = self._lines.filter
        if left is None or not self._lines.source.count:
            return super().nothing
        return "" if left.search.running else f"no line matches {left.search.text}"

    def searched(self) -> list[str]:
        """Return filter and search for the title."""
        left = self._lines.filter
        if left is None:
            return super().searched()
        return [left.search.state(self._lines.line(self.line), "&"), *super().searched()]

    def place_text(self, count: int) -> str:
        """Return the current line for the title: with a filter its place in the log."""
        if self._lines.filter is None:
            return super().place_text(count)
        return f"line {self._lines.line(self.line) + 1:,} of {self._lines.source.count:,}"
