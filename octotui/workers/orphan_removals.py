"""Removal of what crashes have left on machines: first on this one, and in the background on all others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from octotui.model.machines.accounts import Endpoint
from octotui.model.space import Model
from octotui.workers.machine import FileError, Machine, Machines, Unreachable

Remove = Callable[[str, Machine], Awaitable[None]]
"""Removes from a machine, of a worker of this name, what it should not keep."""

Places = list[tuple[str, str | None]]
"""Workers, and their directories."""


class OrphanRemovals:
    """The removals of a session, once on each machine; one that is away is tried when it is used next (M6).

    What begins on a machine meanwhile would be removed, too: it waits for `done`.
    """

    def __init__(self, machines: Machines, fail: Callable[[BaseException], None]) -> None:
        """Report other errors than those of machines, which are bugs, to `fail`."""
        self._machines = machines
        self._fail = fail
        self._pending: dict[asyncio.Task[None], tuple[Endpoint, frozenset[str]]] = {}
        self._away: dict[Endpoint, tuple[Places, Remove]] = {}

    async def begin(self, model: Model, places: Iterable[tuple[str, str | None]], remove: Remove) -> None:
        """Remove from workers in directories; those of other machines are not waited for."""
        others: dict[Endpoint, list[tuple[str, str | None]]] = {}
        for worker, directory in places:
            others.setdefault(model.endpoint_of(worker), []).append((worker, directory))
        await self._remove(model, others.pop(Endpoint(), []), remove)
        for endpoint, given in others.items():
            self._begin(model, endpoint, given, remove)

    async def done(self, model: Model, worker: str) -> None:
        """Wait for the removals by the way to a worker, and for those in its directory by any other way.

        They are tried again by its own way if it was away. Raises Unreachable where it still is.
        """
        endpoint, declared = model.endpoint_of(worker), model.machine(worker)
        directory = None if declared is None else declared.directory
        if endpoint in self._away:
            self._begin(model, endpoint, *self._away.pop(endpoint))
        pending = self._pending.items()
        near = [task for task, (way, known) in pending if way == endpoint or directory in known]
        if near:
            await asyncio.wait(near)
        for way, (places, _) in tuple(self._away.items()):
            if way != endpoint and directory is not None and directory in _directories(places):
                del self._away[way]  # it would remove what begins there now by this way
        if endpoint in self._away:
            raise Unreachable("what earlier runs have left there is still to be removed")

    async def close(self) -> None:
        """Drop the removals that wait for their machines."""
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _begin(self, model: Model, endpoint: Endpoint, places: Places, remove: Remove) -> None:
        """Begin to remove from a machine, in the background."""
        task = asyncio.get_running_loop().create_task(self._try(model, endpoint, places, remove))
        self._pending[task] = endpoint, _directories(places)
        task.add_done_callback(self._done)

    async def _try(self, model: Model, endpoint: Endpoint, places: Places, remove: Remove) -> None:
        try:
            for worker, directory in places:
                with suppress(FileError):
                    await remove(worker, self._machines.earlier(model, worker, directory))
        except Unreachable:
            self._away[endpoint] = places, remove

    async def _remove(self, model: Model, places: Iterable[tuple[str, str | None]], remove: Remove) -> None:
        for worker, directory in places:
            with suppress(Unreachable, FileError):
                await remove(worker, self._machines.earlier(model, worker, directory))

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._pending[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)


def _directories(places: Places) -> frozenset[str]:
    return frozenset(each for _, each in places if each is not None)
