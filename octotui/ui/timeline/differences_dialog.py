"""What differs between two runs, in a list with a column for each."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import Span, cut, glyphs_of, padded, zone_of
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.comparison.differences import PARTS, Comparison, Difference
from octotui.views.comparison.plain import incomparable_text, same_text
from octotui.views.text.clock_times import exact_time

HEAD = "head/"
BESIDE = 15  # rows of a screen that the list leaves to the rest of the dialog
SENTENCE = 2  # rows of a further sentence


class DifferencesDialog(ModalScreen[None]):
    """A difference on each line; the one under the cursor is shown in full below."""

    KEYS_TITLE = "In the differences of two runs"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("escape,d,q", "dismiss", "back", lasting=True)]
    DEFAULT_CSS = """
    DifferencesDialog {
        .dialog { width: 100%; max-width: 140; }
        #heads { height: 1; margin-top: 1; color: $foreground 60%; text-wrap: nowrap; }
        #whole { height: auto; max-height: 5; margin-top: 1; }
        .sentence { height: auto; max-height: 2; }
        KeyBar { dock: bottom; }
    }
    """

    def __init__(self, compared: Comparison) -> None:
        super().__init__()
        self._compared = compared
        self._rows = dict(self._listed())

    def _listed(self) -> Iterator[tuple[str, Difference | None]]:
        """Yield the differences by key, each part beneath its head."""
        for part in PARTS:
            rows = [each for each in self._compared.differences if each.part == part]
            if rows:
                yield f"{HEAD}{part}", None
                yield from ((f"{part}/{each.name}", each) for each in rows)

    def compose(self) -> ComposeResult:
        """Yield the list, one difference in full, and what is the same."""
        compared, text = self._compared, glyphs_of(self).text
        with Vertical(classes="dialog -broad"):
            yield PlainText(f"Differences: {compared.left} and {compared.right}", classes="dialog--title")
            yield PlainText("", id="heads")
            yield LineList(self._line, empty="Nothing differs.", opens=False)
            yield PlainText("", id="whole", classes="dialog--text")
            yield PlainText(text(same_text(compared)), classes="dialog--text sentence")
            if compared.incomparable:
                yield PlainText(text(incomparable_text(compared)), classes="dialog--text sentence")
            yield KeyBar()

    def on_mount(self) -> None:
        """Show all differences."""
        lines = self.query_one(LineList)
        heads = frozenset(index for index, key in enumerate(self._rows) if key.startswith(HEAD))
        lines.show(tuple(self._rows), heads)
        lines.styles.height = max(1, len(self._rows))
        lines.focus()

    def on_resize(self) -> None:
        """Leave room for what is below the list; say above its columns which run is which."""
        beside = BESIDE + (SENTENCE if self._compared.incomparable else 0)
        self.query_one(LineList).styles.max_height = max(3, self.size.height - beside)
        self.call_after_refresh(self._say_heads)

    def _say_heads(self) -> None:
        """Show the runs above their columns, with when each began."""
        compared, now, zone = self._compared, self.app.now, zone_of(self)  # type: ignore[attr-defined]
        names = (compared.left, compared.right)
        runs = [f"{name} {exact_time(at, now, zone)}" for name, at in zip(names, compared.began, strict=True)]
        third = self._third(self.query_one(LineList).line_width)
        heads = "".join(self._fitting(each, third) for each in ("", *runs))
        self.query_one("#heads", PlainText).update(f" {heads}")

    def _third(self, width: int) -> int:
        return max(8, width // 3)

    @on(LineList.Moved)
    def _tell(self, event: LineList.Moved) -> None:
        row = self._rows.get(event.key or "")
        compared = self._compared
        whole = f"{row.name}\n{compared.left}: {row.left}\n{compared.right}: {row.right}" if row else ""
        self.query_one("#whole", PlainText).update(glyphs_of(self).text(whole))

    def _line(self, key: str, width: int) -> list[Span]:
        row = self._rows[key]
        if row is None:
            return [(PARTS[key.removeprefix(HEAD)], "lit")]  # type: ignore[index]
        third = self._third(width)
        return [
            (self._fitting(f"  {row.name}", third), "plain"),
            (self._fitting(row.left, third), "muted"),
            (self._fitting(row.right, third), "strong"),
        ]

    def _fitting(self, text: str, width: int) -> str:
        """Return the first line of a text as a column."""
        first = text.partition("\n")[0]
        shown = "".join(each for each, _ in cut([(first, "plain")], width - 1, glyphs_of(self)))
        return padded(shown, width)
