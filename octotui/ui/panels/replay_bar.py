"""The line of a replay: the moment, its distance from the end, and its event."""

from functools import partial

from textual import events
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, glyphs_of, length, spread, strip_of, styles_of, zone_of
from octotui.views.events.replay_moments import ReplayMoment
from octotui.views.labels import Role
from octotui.views.text.clock_times import exact_time

WIDE = 110  # columns from which there is a bar
BAR = 20  # cells of it
ROLES: dict[str | None, Role] = {None: "plain", "asks": "asks", "bad": "bad", "waits": "waits"}


class ReplayBar(Widget):
    """`Replay 14:02:11  event 37 of 120  run-3  “Create” starts on worker1`."""

    DEFAULT_CSS = "ReplayBar { height: 1; background: $primary 18%; }"

    moment: reactive[ReplayMoment | None] = reactive(None)
    now: reactive[float] = reactive(0.0)
    pace: reactive[int] = reactive(1)
    playing: reactive[bool] = reactive(False)

    def __init__(self, source: DOMNode) -> None:
        """Create it for an app or a screen that shows a replay."""
        super().__init__()
        self._source = source

    def on_mount(self) -> None:
        """Follow what shows the replay."""
        for name in ("moment", "now", "pace", "playing"):
            self.watch(self._source, name, partial(setattr, self, name))

    async def on_click(self, event: events.Click) -> None:
        """Go to the moment under the mouse: of the bar, or of the whole line where it has none."""
        if self.moment is None:
            return
        first, cells = self._scale
        if first <= event.x < first + cells:
            number = 1 + round((event.x - first) / max(1, cells - 1) * (self.moment.count - 1))
            await self.app.run_action(f"go({number})", self._source)

    @property
    def _scale(self) -> tuple[int, int]:
        """The cell at which the bar begins, and its cells."""
        right, width = self._right(), self.size.width
        return (width - length(right) + 1, BAR) if width >= WIDE else (0, width)

    def _right(self) -> list[Span]:
        """Return the pace, after the bar where there is room for one."""
        right: list[Span] = [(f" plays x{self.pace} ", "active")] if self.playing else []
        if self.pace > 1 and not self.playing:
            right = [(f" x{self.pace} ", "muted")]
        if self.size.width >= WIDE and self.moment is not None:
            done, rest = glyphs_of(self).progress(100 * self.moment.number // self.moment.count, BAR)
            right = [(f" {done}", "lit"), (f"{rest} ", "muted"), *right]
        return right

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        glyphs, styles, width = glyphs_of(self), styles_of(self), self.size.width
        moment = self.moment
        if moment is None:
            return Strip.blank(width, styles["plain"])
        left: list[Span] = [
            (" Replay ", "lit"),
            (f"{exact_time(self.now, moment.first, zone_of(self))} ", "strong"),
            (f" {moment.number}/{moment.count} ", "muted"),
            (f" {moment.text}", ROLES[moment.stop]),
        ]
        return strip_of(spread(left, self._right(), width, glyphs), styles, glyphs).adjust_cell_length(
            width, styles["plain"]
        )
