"""The last line of a screen: the keys that work now."""

from functools import partial
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from octotui.ui.key_actions import working_keys, written
from octotui.ui.styled_text import Span, cut, glyphs_of, length, strip_of, styles_of

SAID = 5.0  # seconds that a sentence is shown


class Key(NamedTuple):
    """A shown key, and whether it is dropped last."""

    binding: Binding
    lasting: bool

    @property
    def spans(self) -> list[Span]:
        """Its text and description."""
        key = self.binding.key_display or written(self.binding.key)
        return [(f" {key}", "asks"), (f" {self.binding.description} ", "muted")]


class KeyBar(Widget):
    """Keys with descriptions, those of the focused pane first; they can be clicked."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    sentence: reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[Key] = []
        self._sentence_timer: Timer | None = None
        self._behind = False

    def on_mount(self) -> None:
        """Follow the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._follow_soon())
        self._follow_soon()

    def _follow_soon(self) -> None:
        """Follow the bindings once for all changes until the screen is drawn."""
        if not self._behind:
            self._behind = True
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        self._behind = False
        working = working_keys(self.screen) if self.is_attached else []
        keys = [Key(bindings[0], action.lasting) for action, bindings in working if bindings[0].show]
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence instead of the keys for a while; "" shows the keys again."""
        if self._sentence_timer is not None:
            self._sentence_timer.stop()
        self.sentence = sentence
        if sentence:
            self._sentence_timer = self.set_timer(SAID, partial(setattr, self, "sentence", ""))

    def _pieces(self) -> list[tuple[Binding, list[Span]]]:
        """Return each key with its spans, as many as fit: lasting ones are dropped last."""
        keys = list(self._keys)
        while keys and sum(length(each.spans) for each in keys) > self.size.width:
            passing = [each for each in keys if not each.lasting]
            keys.remove((passing or keys)[-1])
        return [(each.binding, each.spans) for each in keys]

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        styles, glyphs = styles_of(self), glyphs_of(self)
        spans = [span for _, piece in self._pieces() for span in piece]
        if self.sentence:
            spans = cut([(f" {self.sentence}", "warned")], self.size.width, glyphs)
        return strip_of(spans, styles, glyphs).adjust_cell_length(self.size.width, styles["plain"])

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        position = event.x
        for binding, spans in self._pieces():
            position -= length(spans)
            if position < 0:
                self.app.simulate_key(binding.key)
                return
