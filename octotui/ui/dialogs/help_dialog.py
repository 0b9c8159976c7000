"""Help for the pane that has the focus: what it shows, and the keys that work there."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from octotui.ui.widgets.plain_text import PlainText

OURS = {"app.focus_next": "next pane", "app.focus_previous": "previous pane"}


class HelpDialog(ModalScreen[None]):
    """A few lines of words, then the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "back", key_display="esc"),
        Binding("j", "scroll(1)", "down", show=False),
        Binding("k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, text: str, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._text = " ".join(text.split())
        self._keys = keys_of(bindings)

    def compose(self) -> ComposeResult:
        """What the pane shows, and its keys."""
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


def keys_of(bindings: Iterable[ActiveBinding]) -> list[tuple[str, str]]:
    """Keys and what they do, those of one action together, as people write keys."""
    actions: dict[str, list[str]] = {}
    for each in bindings:
        binding = each.binding
        what = OURS.get(binding.action, binding.description)
        if each.enabled and what and (what == what.lower() or binding.action in OURS):
            actions.setdefault(what, []).append(_written(binding))  # Textual's own begin with a capital
    return [(" ".join(dict.fromkeys(keys)), what) for what, keys in actions.items()]


def _written(binding: Binding) -> str:
    names = {
        "question_mark": "?",
        "slash": "/",
        "colon": ":",
        "escape": "esc",
        "pagedown": "pgdn",
        "pageup": "pgup",
        "comma": ",",
        "full_stop": ".",
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "less_than_sign": "<",
        "greater_than_sign": ">",
        "left_curly_bracket": "{",
        "right_curly_bracket": "}",
        "plus": "+",
        "minus": "-",
    }
    return names.get(binding.key, binding.key)
