"""Passphrases of keys that machines wait for (M1): a toast tells of each, and a dialog asks for one."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from octotui.engine.commands import GivePassphrase
from octotui.engine.rules.start_prompts import RequiredPrompt
from octotui.engine.state import State, locked_keys
from octotui.model.values import Prompt
from octotui.views.labels import listed

if TYPE_CHECKING:
    from octotui.ui.dialogs.prompt_dialog import PromptDialog

HELP = "It is kept in the memory of the server until that ends, and is written nowhere."
EMPTY = "Type the passphrase, or go back."
FIELD = "Passphrase"


class LockedKeyNotices:
    """Tells of each key once, from when a machine waits for its passphrase until none does."""

    def __init__(self, tell: Callable[[str], None], key: Callable[[], str]) -> None:
        """Create it; `key` returns what is pressed to give a passphrase."""
        self._tell = tell
        self._key = key
        self._machines: object = None
        self._told: set[str] = set()

    def check(self, state: State) -> None:
        """Tell of keys that are new."""
        if state.machines is self._machines:
            return
        self._machines = state.machines
        locked = locked_keys(state)
        for key, machines in locked.items():
            if key not in self._told:
                wait = "waits" if len(machines) == 1 else "wait"
                self._tell(f"{listed(machines)} {wait} for the passphrase of {key}: {self._key()} gives it")
        self._told = set(locked)


def chosen_key(state: State, machine: str | None) -> str | None:
    """Return the key that a machine waits for, or else the first that any does."""
    locked = locked_keys(state)
    own = (key for key, machines in locked.items() if machine in machines)
    return next(own, next(iter(locked), None))


def dialog(state: State, key: str) -> "PromptDialog":
    """Return the dialog that asks for the passphrase of a key."""
    from octotui.ui.dialogs.prompt_dialog import PromptDialog  # noqa: PLC0415 - none is open at first

    label = f"For {listed(locked_keys(state).get(key, ()), most=6)}"
    asked = RequiredPrompt(FIELD, Prompt(label=label, help=HELP, kind="sensitive"))
    return PromptDialog(f"The passphrase of {key}", (asked,), {}, _problems, done="give")


def _problems(values: Mapping[str, str]) -> tuple[str, ...]:
    return () if values[FIELD] else (EMPTY,)


def command(key: str, values: Mapping[str, str], user: str) -> GivePassphrase:
    """Return the command that gives what was typed."""
    return GivePassphrase(key=key, passphrase=values[FIELD], by=user)
