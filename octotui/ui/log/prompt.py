"""A prompt over the last line of a log: for a search, a filter, or a place."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input

from octotui.ui.key_actions import KeyAction


class SearchPrompt(ModalScreen[str | None]):
    """A prompt for a text over the last line of a log."""

    KEYS_TITLE = "While a search is typed"
    BINDINGS: ClassVar[list[BindingType]] = [KeyAction("escape", "dismiss(None)", "back")]

    def __init__(self, text: str, area: Region, asks: str = "search: text or a regular expression") -> None:
        super().__init__()
        self._text = text
        self._area = area
        self._asks = asks

    def compose(self) -> ComposeResult:
        """Yield the input."""
        line = Input(self._text, placeholder=self._asks, compact=True)
        line.styles.width = self._area.width
        line.styles.offset = (self._area.x, self._area.bottom - 1)
        yield line

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return the typed text."""
        self.dismiss(event.value)
