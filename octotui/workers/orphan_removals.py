"""Removal of what crashes have left on machines: first on this one, and in the background on all others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from octotui.model.machines.accounts import Endpoint
from octotui.model.space import Model
from octotui.workers.machine import FileError, Machine, Machines, Unreachable

Remove = Callable[[str, Machine], Awaitable[None]]
"""Removes from a machine, of a worker of this name, what it should not keep."""


class OrphanRemovals:
    """The removals of a session, tried once on each machine: one that is away is tried the next time.

    What begins on a machine meanwhile would be removed, too: it waits for `done`.
    """

    def __init__(self, machines: Machines, fail: Callable[[BaseException], None]) -> None:
        """Report other errors than those of machines, which are bugs, to `fail`."""
        self._machines = machines
        self._fail = fail
        self._pending: dict[asyncio.Task[None], tuple[Endpoint, frozenset[str]]] = {}

    async def begin(self, model: Model, places: Iterable[tuple[str, str | None]], remove: Remove) -> None:
        """Remove from workers in directories; those of other machines are not waited for."""
        others: dict[Endpoint, list[tuple[str, str | None]]] = {}
        for worker, directory in places:
            others.setdefault(model.endpoint_of(worker), []).append((worker, directory))
        await self._remove(model, others.pop(Endpoint(), []), remove)
        for endpoint, given in others.items():
            task = asyncio.get_running_loop().create_task(self._remove(model, given, remove))
            self._pending[task] = endpoint, frozenset(each for _, each in given if each is not None)
            task.add_done_callback(self._done)

    async def done(self, model: Model, worker: str) -> None:
        """Wait for the removals by the way to a worker, and for those in its directory by any other way."""
        endpoint, declared = model.endpoint_of(worker), model.machine(worker)
        directory = None if declared is None else declared.directory
        pending = self._pending.items()
        near = [task for task, (way, known) in pending if way == endpoint or directory in known]
        if near:
            await asyncio.wait(near)

    async def close(self) -> None:
        """Drop the removals that wait for their machines."""
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _remove(self, model: Model, places: Iterable[tuple[str, str | None]], remove: Remove) -> None:
        for worker, directory in places:
            with suppress(Unreachable, FileError):
                await remove(worker, self._machines.earlier(model, worker, directory))

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._pending[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)
