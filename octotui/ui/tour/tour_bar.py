"""The line of the tour: its step, what to press, and what comes of it."""

from functools import partial

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, glyphs_of, spread, strip_of, styles_of
from octotui.views.tour.steps import STEPS, TourLine


class TourBar(Widget):
    """`Tour 1/5  press s: starts a run`; without a line, the tour was left, and it takes no room."""

    DEFAULT_CSS = """
    TourBar { height: 1; background: $primary 18%; }
    TourBar.-left { display: none; }
    """

    line: reactive[TourLine | None] = reactive(None)

    def __init__(self, leave: str) -> None:
        """Create it; `leave` is the key that leaves the tour."""
        super().__init__()
        self._leave = leave

    def on_mount(self) -> None:
        """Follow the app, on any screen."""
        self.watch(self.app, "line", partial(setattr, self, "line"))

    def watch_line(self) -> None:
        """Disappear when the tour is left."""
        self.set_class(self.line is None, "-left")

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        glyphs, styles, width = glyphs_of(self), styles_of(self), self.size.width
        line = self.line
        if line is None:
            return Strip.blank(width, styles["plain"])
        left: list[Span] = [(f" Tour {min(line.step, STEPS)}/{STEPS} ", "lit")]
        if line.typed:
            left += [(" type ", "plain"), (line.typed, "asks"), (" and", "plain")]
        if line.key:
            verb = " choose " if line.key.startswith("“") else " press "  # a name in the palette
            left += [(verb, "plain"), (line.key, "asks"), (f": {line.text}", "plain")]
        else:
            left.append((f" {line.text}", "plain"))
        right: list[Span] = [(f" {self._leave}", "asks"), (" leaves the tour ", "muted")]
        return strip_of(spread(left, right, width, glyphs), styles, glyphs).adjust_cell_length(
            width, styles["plain"]
        )
