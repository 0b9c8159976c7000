"""The base of screens on which runs are started, and planned before they are."""

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.send_command import release

if TYPE_CHECKING:
    from octotui.views.start_choices import PreparedStart


class StartActionsScreen(RunActionsScreen):
    """A screen about runs; what it starts is chosen in a dialog, which shows its plan."""

    KEYS_TITLE = "On the board and on a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "b",
            "plan",
            "plan before",
            show=False,
            title="Plan before",
            tooltip="The plan of the selected run if it started again now, and what if pools were different",
        ),
    ]

    @work
    async def action_start(self) -> None:
        """Ask what to start, and start it."""
        from octotui.ui.dialogs.start_dialog import StartDialog

        dialog = StartDialog(self.state, self.session.user, self.past)
        start = await self.app.push_screen_wait(dialog)
        if start is not None:
            await self.start_prepared(start)

    @work
    async def confirm_start(self, start: "PreparedStart") -> None:
        """Ask for a confirmation, and start what was found by its name."""
        from octotui.ui.dialogs.confirm import Confirm
        from octotui.views.start_choices import place_of

        what = place_of(self.state.model, start.command)
        sentence = "" if start.release is None else "A release of the project as it is now is made first."
        if await self.app.push_screen_wait(Confirm(f"Start {what}?", sentence, yes="start it", no="back")):
            await self.start_prepared(start)

    async def start_prepared(self, start: "PreparedStart") -> None:
        """Create the release of a start, if it has one, ask for values, and start it."""
        command = start.command
        if start.release is not None:
            made = await release(self, self.session, start.release)
            if made is None:
                return
            command = replace(command, release=made.version)
        await self._start(command)

    def action_plan(self) -> None:
        """Show the plan of the selected run, as if it started again now."""
        from octotui.engine.decide.start_run import again
        from octotui.ui.plans.plan_dialog import PlanDialog
        from octotui.views.start_choices import PreparedStart

        run = self.picture.runs.get(self.run or "")
        if run is not None:
            command = again(self.state, run, self.session.user).command
            self.app.push_screen(PlanDialog(lambda: self.state, lambda: self.now, PreparedStart(command)))
