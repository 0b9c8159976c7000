"""Workers and targets on other machines that have a POSIX sh and the usual tools, and no Python."""

import asyncio
from collections.abc import Callable, Collection
from typing import get_args

from octotui.model.process import Shell
from octotui.workers.machine import MachineFacts
from octotui.workers.remote.machine import DIRECTORY
from octotui.workers.remote.shell.files import ShellFiles
from octotui.workers.remote.shell.following import FollowTurns
from octotui.workers.remote.shell.package_store import ShellPackageStore
from octotui.workers.remote.shell.processes import ShellProcesses
from octotui.workers.remote.shell.reached import ShellDirectory
from octotui.workers.remote.transport import Transport
from octotui.workers.remote.unpacked_archives import UnpackedArchives


class ShellMachine:
    """A worker or target in a directory of another machine."""

    def __init__(
        self, transport: Transport, path: str, archives: UnpackedArchives, turns: FollowTurns
    ) -> None:
        """Use a directory over there; all machines of a transport share its turns."""
        self._directory = ShellDirectory(transport, path)
        self.processes = ShellProcesses(self._directory, turns)
        self.files = ShellFiles(self._directory)
        self.packages = ShellPackageStore(self._directory, self.files, archives)

    @property
    def directory(self) -> str:
        """Its directory; until it was reached, relative to the home of the account."""
        return self._directory.path

    @property
    def latency(self) -> float | None:
        """The seconds that its last answer took; None while it is away."""
        return self._directory.latency

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return what it is, and which of these `tools` it has."""
        shells = get_args(Shell)
        found = await self._directory.facts((*shells, *tools))
        return MachineFacts(
            system=found.system,
            architecture=found.architecture,
            clock=found.clock,
            boot=found.boot,
            python=found.python,
            shells={each: found.programs[each] for each in shells if each in found.programs},
            tools={each: found.programs[each] for each in tools if each in found.programs},
        )

    async def boot(self) -> str:
        """Return the id of its present boot."""
        return (await self._directory.facts()).boot


class ShellMachines:
    """Makes workers and targets of machines without Python."""

    def __init__(
        self, transport_of: Callable[[str], Transport], space: str, archives: UnpackedArchives
    ) -> None:
        """Take the transport to each worker, the name of the space, and what all machines are sent."""
        self._transport_of = transport_of
        self._space = space
        self._archives = archives
        self._turns: dict[int, FollowTurns] = {}
        self._transports: dict[int, Transport] = {}

    def machine(self, worker: str, directory: str | None) -> ShellMachine:
        """Return a worker in its directory, which is made when it is first used."""
        transport = self._transport_of(worker)
        self._transports[id(transport)] = transport
        turns = self._turns.setdefault(id(transport), FollowTurns())
        path = directory or f"{DIRECTORY}/{self._space}/{worker}"
        return ShellMachine(transport, path, self._archives, turns)

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        await asyncio.gather(*(each.close() for each in self._transports.values()))
