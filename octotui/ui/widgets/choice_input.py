"""A choice on one line, changed with left, right and space."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.widgets.plain_text import PlainText


class ChoiceInput(PlainText, can_focus=True):
    """Shows the chosen one of a few texts, and its position."""

    DEFAULT_CSS = "ChoiceInput { height: 1; }"
    KEYS_TITLE = "In a choice of one line"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("right,space", "turn(1)", "next", show=False),
        KeyAction("left", "turn(-1)", "back", show=False),
    ]

    def __init__(self, options: Sequence[str], chosen: str, names: Sequence[str] = ()) -> None:
        """Create it; `names` are shown instead of the options; an unknown `chosen` leaves it open."""
        super().__init__()
        self._options = tuple(options)
        self._names = tuple(names) or self._options
        self._at = self._options.index(chosen) if chosen in self._options else None

    @property
    def value(self) -> str:
        """The chosen option, "" while there is none."""
        return "" if self._at is None else self._options[self._at]

    def on_mount(self) -> None:
        """Show the choice."""
        self._show()

    def action_turn(self, step: int) -> None:
        """Choose another option, wrapping around."""
        at = self._at if self._at is not None else -1 if step > 0 else 0
        self._at = (at + step) % len(self._options)
        self._show()

    def _show(self) -> None:
        count = len(self._options)
        if self._at is None:
            self.update(f"< choose >  {count} options")
        else:
            self.update(f"< {self._names[self._at]} >  {self._at + 1} of {count}")
