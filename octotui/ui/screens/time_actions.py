"""The base of screens from which the time of a run is looked at: its timeline."""

from typing import ClassVar

from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.screens.run_actions import RunActionsScreen


class TimeActionsScreen(RunActionsScreen):
    """A screen with a selected run."""

    KEYS_TITLE = "On the board and on a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "L",
            "timeline",
            "timeline",
            show=False,
            title="Timeline",
            tooltip="What the selected run did when, on which workers, and who waited for whom",
        ),
    ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to look at the time of no run."""
        if action == "timeline":
            return "" if self.root else "no run is selected"
        return super().why_not(action, parameters)

    @property
    def root(self) -> str | None:
        """The first run of the selected run's family, once that is known."""
        run = self.picture.runs.get(self.run or "")
        return None if run is None else run.root

    def action_timeline(self) -> None:
        """Show the timeline of the selected run and all it started."""
        from octotui.ui.screens.timeline_screen import TimelineScreen

        if self.run is not None and self.root is not None:
            self.app.push_screen(TimelineScreen(self.session, self.run, self.root, self.show_run))

    def show_run(self, run: str) -> None:
        """Open a run with its output; screens that can do so say how."""
