"""A list of choices, with a text and a note on each line."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.styled_text import Span, length, padded
from octotui.ui.widgets.line_list import LineList


class ChoiceItem(NamedTuple):
    """One choice."""

    key: str
    text: str
    note: str = ""


class ChoiceList(LineList):
    """A list of options; enter chooses."""

    LIT = True
    DEFAULT_CSS = "ChoiceList { height: auto; max-height: 16; }"
    KEYS_TITLE = "In a list of choices"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("enter", "open", "choose")]

    def __init__(self, options: Sequence[ChoiceItem] = ()) -> None:
        super().__init__(self._line, empty="no match")
        self._options: dict[str, ChoiceItem] = {}
        self.offer(options)

    def offer(self, options: Sequence[ChoiceItem]) -> None:
        """Replace the options."""
        self._options = {each.key: each for each in options}
        self._width = max((length([(each.text, "plain")]) for each in options), default=0)
        self.show(tuple(self._options))
        self.styles.height = max(1, min(len(options), 14))

    def _line(self, key: str, width: int) -> list[Span]:
        option = self._options[key]
        return [(f"{padded(option.text, self._width)}  ", "plain"), (option.note, "muted")]
