"""The dialog that searches the output of the last runs; what is chosen is opened at its line."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.ui.finding.output_search import LAST, OutputSearch
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.send_command import look_up
from octotui.ui.styled_text import Span, cells, cut, glyphs_of, padded
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.finding.found_lines import FoundRow, count_of

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class OutputSearchDialog(ExplainedActions, ModalScreen[tuple[FoundRow, str] | None]):
    """A pattern, and the lines that match, those of the newest run first.

    Dismissed with the chosen line, and the pattern.
    """

    AUTO_FOCUS = "Input"
    KEYS_TITLE = "Where the output of the last runs is searched"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("slash", "pattern", "pattern", tooltip="Search for another one"),
        KeyAction("escape", "leave", "back", lasting=True, priority=True, tooltip="Stops a search first"),
    ]
    DEFAULT_CSS = """
    OutputSearchDialog {
        LineList { margin-top: 1; }
        #said { height: 1; }
    }
    """

    def __init__(self, session: "SpaceAccess") -> None:
        super().__init__()
        self._session = session
        self._search: OutputSearch | None = None
        self._rows: list[FoundRow] = []
        self._names = 0  # cells of the longest run and job

    def compose(self) -> ComposeResult:
        """Yield the pattern, the list, and what was found."""
        with Vertical(classes="dialog"):
            yield PlainText(f"Search the output of the last {LAST} runs", classes="dialog--title")
            yield Input(placeholder="text or a regular expression", compact=True)
            yield LineList(self._line)
            yield PlainText("", id="said", classes="dialog--text")
            yield KeyBar()

    def on_mount(self) -> None:
        """Stop the cursor from blinking."""
        self.query_one(Input).cursor_blink = False

    def on_unmount(self) -> None:
        """Stop the search."""
        self._stop()

    @on(Input.Submitted)
    def _begin(self, event: Input.Submitted) -> None:
        """Search, and go to the list."""
        event.stop()
        self._stop()
        self._rows, self._names, self._search = [], 0, None
        self._list()
        if event.value:
            self.query_one(LineList).focus()
            self._go(event.value)

    @work(exclusive=True)
    async def _go(self, text: str) -> None:
        self._search = search = OutputSearch(text, lambda rows: self._report(search, rows))
        self.refresh_bindings()
        self._follow()
        following = self.set_interval(0.2, self._follow)
        try:
            if not await look_up(self, search.go(self._session)):
                search.stop()  # a toast says why
        finally:
            following.stop()
        self._follow()
        self.refresh_bindings()

    def _report(self, search: OutputSearch, rows: Sequence[FoundRow]) -> None:
        """Take rows from the thread that scans."""
        self.post_message(events.Callback(callback=partial(self._take, search, rows)))

    def _take(self, search: OutputSearch, rows: Sequence[FoundRow]) -> None:
        if search is self._search:
            self._rows.extend(rows)
            self._names = max(self._names, *(cells(_name(row)) for row in rows))
            self._list()

    def _list(self) -> None:
        self.query_one(LineList).show([str(at) for at in range(len(self._rows))])
        self._follow()

    def _follow(self) -> None:
        """Say how far it is, and what was found."""
        self.query_one("#said", PlainText).update(glyphs_of(self).text(self._said()))

    def _said(self) -> str:
        if self._search is None:
            return ""
        skipped = self._search.skipped
        lines = "1 line is" if skipped == 1 else f"{skipped:,} lines are"
        more = f" · {lines} left out: the pattern takes too long there" if skipped else ""
        return f"{self._found(self._search)}{more}"

    def _found(self, search: OutputSearch) -> str:
        rows = self._rows
        count = count_of(len(rows), len({(row.run, row.job) for row in rows}), len({row.run for row in rows}))
        if search.is_running:
            return f"searching {search.run} …{f' {count}' if count else ''}"
        if search.was_stopped:
            return f"stopped at {search.run}{f': {count}' if count else ''}"
        if search.is_full:
            return f"the first {count}: search for what is rarer"
        return count or f"no line of the last {LAST} runs matches"

    def _line(self, key: str, width: int) -> list[Span]:
        row, names = self._rows[int(key)], max(10, min(self._names, width // 3))
        glyphs = glyphs_of(self)
        fitting = "".join(text for text, _ in cut([(_name(row), "plain")], names, glyphs))
        more: list[Span] = [("  more lines of it match", "muted")] if row.is_last else []
        text: list[Span] = [(row.before, "plain"), (row.match, "strong"), (row.behind, "plain")]
        room = max(1, width - names - 10 - sum(len(each) for each, _ in more))
        return [
            (f"{padded(fitting, names)} ", "muted"),
            (f"{row.number:>7,}  ", "muted"),
            *cut(text, room, glyphs),
            *more,
        ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to go to the pattern where one is."""
        if action == "pattern" and self.is_mounted and self.query_one(Input).has_focus:
            return "this is the pattern: type it"
        return super().why_not(action, parameters)

    def action_pattern(self) -> None:
        """Change the pattern."""
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Stop the search, else leave."""
        search = self._search
        if search is not None and search.is_running and not search.was_stopped:
            self._stop()
        else:
            self.dismiss(None)

    def _stop(self) -> None:
        if self._search is not None and self._search.is_running:
            self._search.stop()

    @on(LineList.Opened)
    def _open(self, event: LineList.Opened) -> None:
        event.stop()
        if event.key is not None and self._search is not None:
            self.dismiss((self._rows[int(event.key)], self._search.text))


def _name(row: FoundRow) -> str:
    return f"{row.run} {row.name}"
