"""The last line of a screen: the keys that matter now."""

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

SAID = 5.0  # seconds that a sentence stays


class Key(NamedTuple):
    """A key that is shown, and whether it stays longest."""

    binding: Binding
    lasting: bool

    @property
    def spans(self) -> list[Span]:
        """How it is drawn."""
        key = self.binding.key_display or written(self.binding.key)
        return [(f" {key}", "asks"), (f" {self.binding.description} ", "muted")]


class KeyBar(Widget):
    """Keys and what they do, those of the focused pane first; a click does it, too."""

    DEFAULT_CSS = "KeyBar { height: 1; }"

    sentence: reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[Key] = []
        self._silence: Timer | None = None

    def on_mount(self) -> None:
        """Follow the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._follow())
        self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        working = working_keys(self.screen) if self.is_attached else []
        keys = [Key(bindings[0], action.lasting) for action, bindings in working if bindings[0].show]
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence in the place of the keys for a while, or until the next one; or the keys again."""
        if self._silence is not None:
            self._silence.stop()
        self.sentence = sentence
        if sentence:
            self._silence = self.set_timer(SAID, partial(setattr, self, "sentence", ""))

    def _pieces(self) -> list[tuple[Binding, list[Span]]]:
        """Each key with what is drawn for it, as many as there is room for: the lasting ones go last."""
        keys = list(self._keys)
        while keys and sum(length(each.spans) for each in keys) > self.size.width:
            passing = [each for each in keys if not each.lasting]
            keys.remove((passing or keys)[-1])
        return [(each.binding, each.spans) for each in keys]

    def render_line(self, y: int) -> Strip:
        """The one line."""
        styles, glyphs = styles_of(self), glyphs_of(self)
        spans = [span for _, piece in self._pieces() for span in piece]
        if self.sentence:
            spans = cut([(f" {self.sentence}", "warned")], self.size.width, glyphs)
        return strip_of(spans, styles, glyphs).adjust_cell_length(self.size.width, styles["plain"])

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        position = event.x
        for binding, spans in self._pieces():
            position -= length(spans)
            if position < 0:
                self.app.simulate_key(binding.key)
                return
