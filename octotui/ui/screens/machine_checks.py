"""The base of screens that show machines, on which a key has their health checked (M5)."""

from typing import ClassVar

from textual import work
from textual.binding import BindingType

from octotui.engine.commands import CheckHealth
from octotui.engine.state import locked_keys
from octotui.model.space import BUILT_IN
from octotui.ui.key_actions import KeyAction
from octotui.ui.screens.start_actions import StartActionsScreen
from octotui.ui.send_command import send

NO_LOCKED_KEY = "no machine waits for the passphrase of a key"


class MachineChecksScreen(StartActionsScreen):
    """A screen about runs, workers and targets."""

    KEYS_TITLE = "On the board and on a page"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction(
            "H",
            "check_health",
            "check health",
            title="Check health",
            tooltip="Check the selected worker or target now, or all of them where none is selected",
        ),
        KeyAction(
            "U",
            "unlock",
            "unlock",
            show=False,
            title="Give a passphrase",
            tooltip="Give the passphrase of a key that machines wait for: it stays in memory",
        ),
    ]

    def pointed_machine(self) -> str | None:
        """Return the worker or target that a check is for, where the focus is on one."""
        return self.pointed_worker() if self.focused is not None else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse to ask for a passphrase where no machine waits for one, and checks in a replay."""
        if action == "check_health" and self.state.keep_ended:
            return "this is a replay: nothing can be changed"
        if action == "unlock":
            return "" if locked_keys(self.state) else NO_LOCKED_KEY
        return super().why_not(action, parameters)

    @work
    async def action_unlock(self) -> None:
        """Ask for the passphrase of a key, and give it."""
        from octotui.ui import passphrases

        key = passphrases.chosen_key(self.state, self.pointed_machine())
        if key is None:
            return
        values = await self.app.push_screen_wait(passphrases.dialog(self.state, key))
        if values is not None:
            await send(self, self.session, passphrases.command(key, values, self.session.user))

    async def action_check_health(self) -> None:
        """Have a machine checked, or all."""
        machine = self.pointed_machine()
        if machine == BUILT_IN:
            self.app.notify("the built-in worker has no checks: it is octotui itself", severity="warning")
            return
        machines = () if machine is None or machine not in self.state.model.machines else (machine,)
        await send(self, self.session, CheckHealth(machines=machines, by=self.session.user))
