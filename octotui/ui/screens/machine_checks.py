"""The base of screens that show machines: keys check their health (M5), or destroy a leased one (W12)."""

from typing import ClassVar

from textual import work
from textual.binding import BindingType

from octotui.engine.commands import CheckHealth, DestroyMachine
from octotui.engine.state import locked_keys
from octotui.model.space import BUILT_IN
from octotui.ui.key_actions import KeyAction
from octotui.ui.screens.time_actions import TimeActionsScreen
from octotui.ui.send_command import send
from octotui.views.machines.leases import destruction, of_worker

NO_LEASED_MACHINE = "go to a machine of a dynamic pool first, in the pane of pools"
NO_LOCKED_KEY = "no machine waits for the passphrase of a key"


class MachineChecksScreen(TimeActionsScreen):
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
        KeyAction(
            "X",
            "destroy_machine",
            "destroy machine",
            show=False,
            title="Destroy the machine",
            tooltip="Destroy the selected machine of a dynamic pool now, after a confirmation",
        ),
    ]

    def pointed_machine(self) -> str | None:
        """Return the worker or target that a check is for, where the focus is on one."""
        return self.pointed_worker() if self.focused is not None else None

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse what makes no sense: a passphrase that no machine waits for, and changes in a replay."""
        if action in ("check_health", "destroy_machine") and self.state.keep_ended:
            return "this is a replay: nothing can be changed"
        if action == "destroy_machine":
            machine = self.pointed_machine()
            return "" if machine is not None and of_worker(self.state, machine) else NO_LEASED_MACHINE
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

    @work
    async def action_destroy_machine(self) -> None:
        """Ask whether to end the lease of a machine, and end it."""
        from octotui.ui.dialogs.confirm import Confirm

        lease = of_worker(self.state, self.pointed_machine() or "")
        if lease is None:
            return
        question, told = destruction(self.state, lease)
        if await self.app.push_screen_wait(Confirm(question, told, yes="destroy it", no="keep it")):
            await send(self, self.session, DestroyMachine(lease=lease.id, now=True, by=self.session.user))
