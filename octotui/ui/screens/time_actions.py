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
        KeyAction(
            "h",
            "history",
            "history",
            show=False,
            title="History",
            tooltip="The selected run at any moment of it, back and forth",
        ),
    ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to look at the time of no run, and at the past where that is what is shown."""
        if action == "history" and self.state.keep_ended:
            return "this is a replay already: , and . lead through it"
        if action in ("timeline", "history"):
            return "" if self.root else "no run is selected"
        return super().why_not(action, parameters)

    @property
    def root(self) -> str | None:
        """The first run of the selected run's family; None where no run is selected."""
        run = self.state.runs.get(self.run or "")
        if run is not None:
            return run.root
        records = (*self.past, *self._older.values())
        found = next((each.root for each in records if each.id == self.run), None)
        shown = self.picture.runs.get(self.run or "")
        return found if found is not None or shown is None else shown.root

    def action_timeline(self) -> None:
        """Show the timeline of the selected run and all it started."""
        from octotui.ui.screens.timeline_screen import TimelineScreen

        if self.run is not None and self.root is not None:
            self.app.push_screen(TimelineScreen(self.session, self.run, self.root, self.show_run))

    def action_history(self) -> None:
        """Show the selected run at any moment of it."""
        from octotui.ui.screens.history_screen import HistoryScreen

        if self.run is not None and self.root is not None:
            self.app.push_screen(HistoryScreen(self.session, self.run, self.root))

    def show_run(self, run: str) -> None:
        """Open a run with its output; screens that can do so say how."""
