"""Help for the focused pane: its purpose, and its keys."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction, explained, written
from octotui.ui.styled_text import glyphs_of
from octotui.ui.widgets.plain_text import PlainText

KEYS = 16  # cells of the keys before what they do


class HelpDialog(ModalScreen[None]):
    """A paragraph of help, then the keys."""

    KEYS_TITLE = "In the help"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,question_mark,q,enter", "dismiss", "back"),
        KeyAction("j", "scroll(1)", "down", show=False),
        KeyAction("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, text: str, working: Iterable[tuple[KeyAction, Sequence[Binding]]]) -> None:
        super().__init__()
        self._text = " ".join(text.split())
        self._keys = keys_of(working)

    def compose(self) -> ComposeResult:
        """Yield the help and the keys."""
        with Vertical(classes="dialog -broad"):
            yield PlainText("Help", classes="dialog--title")
            with VerticalScroll():
                if self._text:
                    yield PlainText(self._text, classes="dialog--text")
                yield PlainText("Keys here", classes="dialog--head")
                yield PlainText("", id="keys", classes="dialog--text")

    def on_mount(self) -> None:
        """Show the keys."""
        self.query_one("#keys", PlainText).update(self._table())

    def _table(self) -> Table:
        """Return a line for each key, or several where its sentence is long."""
        table, glyphs = Table.grid(padding=(0, 1)), glyphs_of(self)
        table.add_column(width=KEYS)
        table.add_column()
        for keys, what in self._keys:
            table.add_row(Text(keys), Text(glyphs.text(what)))
        return table

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def keys_of(working: Iterable[tuple[KeyAction, Sequence[Binding]]]) -> list[tuple[str, str]]:
    """Return keys with what they do, those that do the same together."""
    actions: dict[str, list[str]] = {}
    for action, bindings in working:
        what = explained(bindings[0].description, action.tooltip)
        actions.setdefault(what, []).extend(written(each.key) for each in bindings)
    return [(" ".join(keys), what) for what, keys in actions.items()]
