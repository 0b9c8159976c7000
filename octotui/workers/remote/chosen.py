"""Machines elsewhere, by an agent where there is a Python, and else by their shell (M1)."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Set
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.store.packages.manifest import PackageManifest
from octotui.store.packages.package_store import InUse
from octotui.workers.executor import (
    BEGINNING,
    AttemptSpec,
    AttemptStatus,
    Notice,
    Offsets,
    Output,
    unheard,
)
from octotui.workers.machine import (
    AttemptEnd,
    AttemptKey,
    Chunks,
    FileDigest,
    FileEntry,
    Machine,
    MachineFacts,
    MachineProcesses,
    WorkspaceFiles,
)
from octotui.workers.remote.first_contact import PythonMissing
from octotui.workers.remote.machine import RemoteMachines
from octotui.workers.remote.shell.machine import ShellMachines
from octotui.workers.remote.transport import Transport
from octotui.workers.remote.unpacked_archives import UnpackedArchives


class MachineChoice:
    """The one of two ways to work on a machine, chosen when it is first reached, and kept."""

    def __init__(self, by_agent: Machine, by_shell: Machine) -> None:
        self.by_agent = by_agent
        self.by_shell = by_shell
        self._chosen: Machine | None = None
        self._choosing = asyncio.Lock()

    @property
    def present(self) -> Machine:
        """The one that was chosen, or would be first."""
        return self._chosen or self.by_agent

    async def made(self) -> Machine:
        """Return the one by the agent, but where a machine has no Python for it. Raises Unreachable."""
        async with self._choosing:
            if self._chosen is None:
                try:
                    await self.by_agent.boot()
                    self._chosen = self.by_agent
                except PythonMissing:
                    await self.by_shell.boot()
                    self._chosen = self.by_shell
        return self._chosen


class ChosenProcesses:
    """Attempts, each by what has begun it: a machine may have got a Python since."""

    def __init__(self, choice: MachineChoice) -> None:
        self._choice = choice
        self._by_shell: dict[str, frozenset[str]] = {}  # the attempts of a space that were begun so
        self._ended: dict[AttemptKey, MachineProcesses] = {}

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        """Return the status of an attempt."""
        return await (await self._of(attempt)).inspect(attempt)

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        """Start an attempt, unless it was started by any way. Raises StartError."""
        await (await self._of(attempt)).start(attempt, work, resume, is_new=is_new)

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        """Wait for the end of an attempt."""
        processes = await self._of(attempt)
        end = await processes.follow(attempt, output, offsets, notice)
        self._ended[attempt] = processes
        return end

    def workspace(self, attempt: AttemptKey) -> WorkspaceFiles | None:
        """Return the files of an attempt that was followed to its end."""
        processes = self._ended.get(attempt)
        return None if processes is None else processes.workspace(attempt)

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        """Begin to stop an attempt."""
        await (await self._of(attempt)).stop(attempt, grace)

    async def clean(self, attempt: AttemptKey) -> None:
        """Remove the files of an ended attempt."""
        await (await self._of(attempt)).clean(attempt)
        self._ended.pop(attempt, None)

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space, by any way."""
        chosen = await self._choice.made()
        if await self._begun_by_shell(space):
            await self._choice.by_shell.processes.remove_orphans(space, keep)
        await chosen.processes.remove_orphans(space, keep)

    async def _of(self, attempt: AttemptKey) -> MachineProcesses:
        chosen = await self._choice.made()
        if attempt.name in await self._begun_by_shell(attempt.space):
            return self._choice.by_shell.processes
        return chosen.processes

    async def _begun_by_shell(self, space: str) -> frozenset[str]:
        """Return the attempts that were begun by the shell before an agent was there."""
        chosen = await self._choice.made()
        if chosen is self._choice.by_shell:
            return frozenset()
        if space not in self._by_shell:
            entries = await chosen.files.list(f"attempts/{space}")
            self._by_shell[space] = frozenset(each.path.rpartition("/")[2] for each in entries)
        return self._by_shell[space]


class ChosenFiles:
    """Files, by the way that was chosen."""

    def __init__(self, choice: MachineChoice) -> None:
        self._choice = choice

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Write a file."""
        await (await self._choice.made()).files.put(path, chunks, sha256, offset)

    async def received(self, path: str, sha256: str) -> int:
        """Return how much of it an interrupted `put` has left."""
        return await (await self._choice.made()).files.received(path, sha256)

    async def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of a file."""
        async for chunk in (await self._choice.made()).files.get(path, offset):
            yield chunk

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the beginnings of files."""
        return await (await self._choice.made()).files.read(folder, names, largest)

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the entries of a folder."""
        return await (await self._choice.made()).files.list(folder, deep=deep)

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of a file."""
        return await (await self._choice.made()).files.digest(path)

    async def remove(self, path: str) -> None:
        """Remove a file or folder."""
        await (await self._choice.made()).files.remove(path)

    async def free(self) -> int:
        """Return the free bytes of the disk."""
        return await (await self._choice.made()).files.free()


class ChosenPackageStore:
    """The package cache, by the way that was chosen."""

    def __init__(self, choice: MachineChoice) -> None:
        self._choice = choice

    @asynccontextmanager
    async def lock(self, package: str, version: str, stopping: Cancellation) -> AsyncIterator[None]:
        """Hold a package's lock."""
        async with (await self._choice.made()).packages.lock(package, version, stopping):
            yield

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Compare a package with its manifest."""
        return await (await self._choice.made()).packages.change(package, version, manifest, stopping)

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages in the cache."""
        return await (await self._choice.made()).packages.held()

    def archive(self, package: str, name: str) -> Path:
        """Return where a package's file is fetched to, by either way."""
        return self._choice.present.packages.archive(package, name)

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Send a package."""
        return await (await self._choice.made()).packages.install(package, version, archive, stopping)

    async def record_use(self, package: str, version: str) -> None:
        """Record that a package was used just now."""
        await (await self._choice.made()).packages.record_use(package, version)

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy a package for an attempt."""
        await (await self._choice.made()).packages.copy(package, version, manifest, target, stopping)

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove the packages used longest ago."""
        return await (await self._choice.made()).packages.evict(limit, in_use)


class ChosenMachine:
    """A worker or target in a directory of another machine, whatever that has."""

    def __init__(self, choice: MachineChoice) -> None:
        self._choice = choice
        self.processes = ChosenProcesses(choice)
        self.files = ChosenFiles(choice)
        self.packages = ChosenPackageStore(choice)

    @property
    def directory(self) -> str:
        """Its directory; until it was reached, relative to the home of the account."""
        return self._choice.present.directory

    @property
    def latency(self) -> float | None:
        """The seconds that it takes to answer; None while it is away."""
        return getattr(self._choice.present, "latency", None)

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return what it is, and which of these `tools` it has."""
        return await (await self._choice.made()).facts(tools)

    async def boot(self) -> str:
        """Return the id of its present boot."""
        return await (await self._choice.made()).boot()


class ChosenMachines:
    """Makes workers and targets of other machines, with Python or without."""

    def __init__(
        self, transport_of: Callable[[str], Transport], space: str, archives: UnpackedArchives
    ) -> None:
        """Take the transport to each worker, the name of the space, and what all machines are sent."""
        self._by_agent = RemoteMachines(transport_of, space, archives)
        self._by_shell = ShellMachines(transport_of, space, archives)

    def machine(self, worker: str, directory: str | None) -> ChosenMachine:
        """Return a worker in its directory, which is made when it is first used."""
        made = self._by_agent.machine(worker, directory), self._by_shell.machine(worker, directory)
        return ChosenMachine(MachineChoice(*made))

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        await self._by_agent.close()
        await self._by_shell.close()
