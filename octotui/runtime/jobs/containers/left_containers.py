"""Containers that attempts have left: of those that were killed, and of octotui or agents that were (S8)."""

from collections.abc import Callable, Set
from contextlib import suppress
from functools import partial

from octotui.model.space import Model
from octotui.runtime.clocks import Clock
from octotui.runtime.jobs.containers.contained_script import FOLDER, container_name, part, settings_text
from octotui.runtime.jobs.containers.machine_script import own_script, run_script
from octotui.workers.executor import StartError
from octotui.workers.machine import AttemptKey, FileError, Machine


class LeftContainers:
    """Removes containers by their names, as long as the folder of their attempt stands on the machine."""

    def __init__(self, model: Callable[[], Model], now: Clock) -> None:
        """Take the present model, whose environment scripts get, and a clock."""
        self._model = model
        self._now = now

    async def remove(self, machine: Machine, attempt: AttemptKey) -> None:
        """Remove what an attempt has left, if anything. Raises Unreachable."""
        with suppress(FileError):
            if await machine.files.list(_folder(attempt.space, attempt.name)):
                await self._remove(machine, attempt.space, attempt.name)

    async def remove_orphans(self, machine: Machine, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space, except of attempts in `keep`. Raises Unreachable."""
        prefix = f"{FOLDER}/{space}-"
        for entry in await machine.files.list(FOLDER):
            name = entry.path.removeprefix(prefix)
            if entry.path.startswith(prefix) and name not in keep:
                await self._remove(machine, space, name)

    async def _remove(self, machine: Machine, space: str, name: str) -> None:
        """Remove a container, and then the folder of its attempt: one that stays is tried again later."""
        text = settings_text({"container": container_name(f"{space}-{name}")}) + part("remove")
        spec = own_script(self._model(), "", machine, text, {})
        key = AttemptKey(space, f"container-{name}-{round(self._now() * 1000)}")
        with suppress(StartError, FileError):
            outcome = await run_script(machine, key, spec, partial(_ignored))
            if outcome.state == "succeeded":
                await machine.files.remove(_folder(space, name))


def _folder(space: str, name: str) -> str:
    return f"{FOLDER}/{space}-{name}"


def _ignored(line: str) -> None:
    """Ignore what an engine says of it."""
