"""The base of screens that show machines, on which a key has their health checked (M5)."""

from typing import ClassVar

from textual.binding import BindingType

from octotui.engine.commands import CheckHealth
from octotui.model.space import BUILT_IN
from octotui.ui.key_actions import KeyAction
from octotui.ui.screens.run_actions import RunActionsScreen
from octotui.ui.send_command import send


class MachineChecksScreen(RunActionsScreen):
    """A screen about runs, workers and targets."""

    KEYS_TITLE = "On the board and on a page"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "H",
            "check_health",
            "check health",
            show=False,
            title="Check health",
            tooltip="Check the selected worker or target now, or all of them where none is selected",
        )
    ]

    def pointed_machine(self) -> str | None:
        """Return the worker or target that a check is for, where the focus is on one."""
        return self.pointed_worker() if self.focused is not None else None

    async def action_check_health(self) -> None:
        """Have a machine checked, or all."""
        machine = self.pointed_machine()
        if machine == BUILT_IN:
            self.app.notify("the built-in worker has no checks: it is octotui itself", severity="warning")
            return
        machines = () if machine is None or machine not in self.state.model.machines else (machine,)
        await send(self, self.session, CheckHealth(machines=machines, by=self.session.user))
