"""The kinds of machine that a program reaches: one for each endpoint."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from octotui.workers.machine import Machine
from octotui.workers.programs.transport import ProgramTransport
from octotui.workers.remote.chosen import ChosenMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives


class ProgramMachines:
    """The workers and targets at one endpoint."""

    def __init__(
        self,
        transport: ProgramTransport,
        space: str,
        archives: UnpackedArchives,
        closed: Callable[[], object],
    ) -> None:
        """Take the name of the space, and what all machines are sent; call `closed` when it is closed."""
        self._transport = transport
        self._remote = ChosenMachines(lambda worker: transport, space, archives)
        self._closed = closed

    def machine(self, worker: str, directory: str | None) -> Machine:
        """Return a worker in its directory, which is made when it is first used."""
        return self._remote.machine(worker, directory)

    def retry_now(self) -> None:
        """Do nothing: each call tries anew."""

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        self._closed()
        await self._remote.close()
        await self._transport.close()


class ProgramKinds:
    """Makes the kind for each endpoint, the same for the same one."""

    def __init__(self, way_to: Callable[[str], ProgramTransport], space: str, fetched: Path) -> None:
        """Take the way to each endpoint, and the name of the space; packages pass through `fetched`."""
        self._way_to = way_to
        self._space = space
        self._archives = UnpackedArchives(fetched)
        self._kinds: dict[str, ProgramMachines] = {}

    def of(self, endpoint: str) -> ProgramMachines:
        """Return the kind of an endpoint such as `container://NAME`."""
        if endpoint not in self._kinds:
            forget = partial(self._kinds.pop, endpoint, None)
            self._kinds[endpoint] = ProgramMachines(
                self._way_to(endpoint), self._space, self._archives, forget
            )
        return self._kinds[endpoint]
