"""Workers and targets on other machines, which need nothing over there but sh and a Python from 3.8 on."""

import asyncio
from collections.abc import Callable, Collection
from typing import get_args

import msgspec

from octotui.model.process import Shell
from octotui.workers.machine import MachineFacts, Unreachable
from octotui.workers.remote.answers import clock, one_line, understood
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.channel import MachineChannel
from octotui.workers.remote.files import RemoteFiles
from octotui.workers.remote.package_store import RemotePackageStore
from octotui.workers.remote.processes import RemoteProcesses
from octotui.workers.remote.transport import Transport
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from octotui.workers.remote.worker_directory import WorkerDirectory

DIRECTORY = ".local/share/octotui"  # below the home of the account: a folder for each space and worker


class RemoteMachine:
    """A worker or target in a directory of another machine."""

    def __init__(self, directory: WorkerDirectory, archives: UnpackedArchives) -> None:
        self._directory = directory
        self.processes = RemoteProcesses(directory)
        self.files = RemoteFiles(directory)
        self.packages = RemotePackageStore(directory, archives)

    @property
    def directory(self) -> str:
        """Its directory; until it was reached, relative to the home of the account."""
        return self._directory.path

    @property
    def latency(self) -> float | None:
        """The seconds that a frame takes there and back; None while it is away."""
        channel = self._directory.channel.present
        return None if channel is None else channel.latency

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return what it is, and which of these tools it has."""
        shells = get_args(Shell)
        at = await self._directory.reached()
        try:
            header, body = await at.channel.ask("facts", payload=msgspec.json.encode([*shells, *tools]))
        except CallFailed as problem:
            raise Unreachable(f"what it says of itself cannot be read: {problem}") from None
        with understood("what it says of itself"):
            found = msgspec.json.decode(body, type=dict[str, str])
            return MachineFacts(
                system=one_line(header["system"]),
                architecture=one_line(header["architecture"]),
                clock=clock(header["clock"]),
                boot=one_line(header["boot"]),
                python=one_line(header["python"]),
                shells={each: found[each] for each in shells if each in found},
                tools={each: found[each] for each in tools if each in found},
            )

    async def boot(self) -> str:
        """Return the id of its present boot."""
        return (await self.facts()).boot


class RemoteMachines:
    """Makes workers and targets of other machines: one channel for each transport, whoever uses it."""

    def __init__(
        self, transport_of: Callable[[str], Transport], space: str, archives: UnpackedArchives
    ) -> None:
        """Take the transport to each worker, the name of the space, and what all machines are sent."""
        self._transport_of = transport_of
        self._space = space
        self._archives = archives
        self._channels: dict[int, MachineChannel] = {}
        self._machines: dict[tuple[int, str], RemoteMachine] = {}

    def machine(self, worker: str, directory: str | None) -> RemoteMachine:
        """Return a worker in its directory, which is made when it is first used."""
        transport = self._transport_of(worker)
        channel = self._channels.setdefault(id(transport), MachineChannel(transport))
        path = directory or f"{DIRECTORY}/{self._space}/{worker}"
        key = id(transport), path
        if key not in self._machines:
            reached = WorkerDirectory(channel, path)
            self._machines[key] = RemoteMachine(reached, self._archives)
        return self._machines[key]

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
