"""The first line of a screen: the space, its counts, and the time of day."""

from typing import Any

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from octotui.engine.state import State
from octotui.ui.styled_text import Span, glyphs_of, length, spread, strip_of, styles_of, zone_of
from octotui.views import summary
from octotui.views.text.clock_times import is_utc, time_of_day


class StatusBar(Widget):
    """`octotui · Kraken`, the counts, and a clock."""

    DEFAULT_CSS = "StatusBar { height: 1; }"

    state: reactive[State] = reactive(State(), repaint=False)
    now: reactive[float] = reactive(0.0, repaint=False)
    leaving: reactive[str] = reactive("")
    opening: reactive[str] = reactive("")
    trouble: reactive[str] = reactive("")
    counts: reactive[tuple[summary.Count, ...]] = reactive(())
    clock: reactive[str] = reactive("")

    class Pressed(Message):
        """A count is clicked: what was counted is to be shown."""

        def __init__(self, count: summary.Count) -> None:
            super().__init__()
            self.count = count

    def on_mount(self) -> None:
        """Show when the app is about to leave, and which space it opens."""
        self.watch(self.app, "leaving", self._leave)
        self.watch(self.app, "switches", self._leave)
        self.watch(self.app, "opening", self._open)
        self.watch(self.app, "trouble", self._warn)

    def _warn(self, trouble: str) -> None:
        self.trouble = trouble.partition(":")[0]

    def _open(self, name: str) -> None:
        self.opening = f"opening {name}…" if name else ""

    def _leave(self) -> None:
        app: Any = self.app
        end = "switches" if app.switches else "quits"
        sentences = {"wait": f"{end} when all runs have ended", "cancel": f"cancels all runs, then {end}"}
        self.leaving = sentences.get(app.leaving, "")

    def watch_state(self, old: State, new: State) -> None:
        """Count again after events."""
        if old is not new:
            self.counts = summary.of(new)
            if old.model is not new.model:
                self.refresh()

    def watch_now(self, now: float) -> None:
        """Tell the time."""
        zone = zone_of(self)
        self.clock = f"{time_of_day(now, zone)}{' UTC' if is_utc(zone) else ''}"

    def render_line(self, y: int) -> Strip:
        """Render the line."""
        glyphs, styles, width = glyphs_of(self), styles_of(self), self.size.width
        left, right = self._parts(width)
        return strip_of(spread(left, right, width, glyphs), styles, glyphs).adjust_cell_length(
            width, styles["plain"]
        )

    def _parts(self, width: int) -> tuple[list[Span], list[Span]]:
        """Return the space, and what is said of it; the clock goes first where there is no room."""
        left: list[Span] = [(" octotui", "strong"), (f" · {self.state.model.space.name}", "plain")]
        counts: list[Span] = []
        for text in filter(None, (self.trouble, self.opening, self.leaving)):
            counts += [(text, "warned"), (" · ", "muted")]
        for each in self.counts:
            counts.extend(((each.text, each.role), (" · ", "muted")))
        right: list[Span] = [*counts[:-1], (f"   {self.clock} ", "muted")]
        return left, right if length(left) + length(right) + 2 <= width else counts[:-1]

    def on_click(self, event: events.Click) -> None:
        """Have shown what the count under the mouse is about."""
        _, right = self._parts(self.size.width)
        end = self.size.width - length(right)
        counts = {each.text: each for each in self.counts if each.filter}
        for span in right:
            start, end = end, end + length([span])
            if start <= event.x < end and span[0] in counts:
                self.post_message(self.Pressed(counts[span[0]]))
