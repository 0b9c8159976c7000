"""The base of screens from which a run is looked at in time: timeline, history, and what differed."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction, key_of
from octotui.ui.screens.actions.start_actions import StartActionsScreen
from octotui.ui.send_command import look_up
from octotui.ui.timeline.replay_keys import ReplayKeys

if TYPE_CHECKING:
    from octotui.views.comparison.side import Side


class TimeActionsScreen(StartActionsScreen):
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
        KeyAction(
            "d",
            "differences",
            "differences",
            show=False,
            title="Differences",
            tooltip="Between two marked runs, or the selected one and the one before it in its place",
        ),
    ]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to look at the time of no run, and at the past where that is what is shown."""
        if action == "history" and self.state.keep_ended:
            back, on = (key_of(ReplayKeys, f"step({each})") for each in (-1, 1))
            return f"this is a replay already: {back} and {on} lead through it"
        if action in ("timeline", "history", "differences"):
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
            self.app.push_screen(TimelineScreen(self.session, self.run, self.root))

    def action_history(self) -> None:
        """Show the selected run at any moment of it."""
        from octotui.ui.screens.history_screen import HistoryScreen

        if self.run is not None and self.root is not None:
            self.app.push_screen(HistoryScreen(self.session, self.run, self.root))

    def compared_runs(self) -> tuple[str, ...]:
        """Return the two runs to compare, or the one to compare with that before it."""
        return (self.run,) if self.run is not None else ()

    @work(exclusive=True, group="differences")
    async def action_differences(self) -> None:
        """Show what differs between two runs."""
        from octotui.ui.timeline.differences_dialog import DifferencesDialog
        from octotui.views.comparison.differences import compare
        from octotui.views.comparison.previous import run_before

        sides = [await self._side(each) for each in self.compared_runs()]
        if sides and sides[0] is not None and len(sides) == 1:
            before = await look_up(self, run_before(sides[0].run, self.session.history))
            if before is None:
                self.notify(f"no run like {sides[0].name} has ended before it: mark two runs", markup=False)
                return
            sides.insert(0, await self._side(before))
        known = [each for each in sides if each is not None]
        if len(known) == 2:
            compared = await asyncio.to_thread(compare, *known)
            self.app.push_screen(DifferencesDialog(compared))

    async def _side(self, run: str) -> "Side | None":
        """Return a run as it is compared; None where it cannot be looked up, which a toast says."""
        from octotui.views.comparison.side import Side

        known = self.state.runs.get(run)
        root = run if known is None else known.root
        events = await look_up(self, self.session.events_of(root))
        if events is None:
            return None
        try:
            return await asyncio.to_thread(Side, run, events, self.now)
        except KeyError:
            self.notify(f"{run} is not kept any more", severity="warning", markup=False)
        return None

    def show_run(self, run: str | None, *, log: bool = True) -> None:
        """Open a run, if there is one: its output alone, or with its tree."""
        app: Any = self.app
        if run is not None:
            app.open_run(self.session, run, log=log)

    def action_log(self) -> None:
        """Open the output of the selected run."""
        self.show_run(self.run)
