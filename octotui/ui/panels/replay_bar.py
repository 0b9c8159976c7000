"""The line of a replay: the moment, its distance from the end, and its event."""

from functools import partial

from textual.dom import DOMNode
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.ui.styled_text import Span, glyphs_of, spread, strip_of, styles_of, zone_of
from octotui.views.events.replay_moments import ReplayMoment
from octotui.views.labels import Role
from octotui.views.text.clock_times import exact_time

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
        right: list[Span] = [(f" plays x{self.pace} ", "active")] if self.playing else []
        if self.pace > 1 and not self.playing:
            right = [(f" x{self.pace} ", "muted")]
        if width >= 110:
            done, rest = glyphs.progress(100 * moment.number // moment.count)
            right = [(f" {done}", "lit"), (f"{rest} ", "muted"), *right]
        return strip_of(spread(left, right, width, glyphs), styles, glyphs).adjust_cell_length(
            width, styles["plain"]
        )
