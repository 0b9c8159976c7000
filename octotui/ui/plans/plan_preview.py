"""The plan of what a choice would start, in a few lines below it."""

from collections.abc import Callable

from textual import work

from octotui.engine.commands import Refused
from octotui.engine.plans.plan_start import begin_plan
from octotui.engine.state import State
from octotui.ui.plans.player import played
from octotui.ui.styled_text import glyphs_of, zone_of
from octotui.ui.widgets.plain_text import PlainText
from octotui.views.plans.preview import preview
from octotui.views.start_choices import PreparedStart, place_of
from octotui.views.text.visible_text import visible

MOST_LINES = 6


class PlanPreview(PlainText):
    """Follows what is chosen; it is played beside the app, and a later choice ends an earlier plan."""

    DEFAULT_CSS = """
    PlanPreview {
        height: auto; max-height: 7; margin-top: 1; color: $foreground 85%;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, state: Callable[[], State], now: Callable[[], float]) -> None:
        super().__init__("")
        self._state = state
        self._now = now

    def show_nothing(self) -> None:
        """Show no plan: nothing is chosen."""
        self.workers.cancel_group(self, "plan")
        self.update("")

    @work(exclusive=True, group="plan")
    async def show(self, start: PreparedStart, most: int = MOST_LINES) -> None:
        """Show the plan of a start."""
        state, now = self._state(), self._now()
        channel = None if start.release is None else start.release.channel
        title = f"If {place_of(state.model, start.command)} started now"
        try:
            plan = await played(lambda: begin_plan(state, state.model, start.command, now, channel=channel))
            lines = list(preview(plan, title, most, zone_of(self)))
        except Refused as refused:
            lines = [f"{title}, it would be refused:", f"{refused}"]
        self.update(glyphs_of(self).text("\n".join(visible(line) for line in lines)))
