"""Help for the focused pane: its purpose, and its keys."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from octotui.ui.key_actions import KeyAction, written
from octotui.ui.widgets.plain_text import PlainText


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
                for keys, what in self._keys:
                    yield PlainText(f"{keys:<16} {what}", classes="dialog--text")

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def keys_of(working: Iterable[tuple[KeyAction, Sequence[Binding]]]) -> list[tuple[str, str]]:
    """Return keys with their descriptions, those with the same one together."""
    actions: dict[str, list[str]] = {}
    for _, bindings in working:
        actions.setdefault(bindings[0].description, []).extend(written(each.key) for each in bindings)
    return [(" ".join(keys), description) for description, keys in actions.items()]
