"""Machines that only exist in memory: for predictions, in a loop of virtual time."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.store.packages.manifest import PackageManifest
from octotui.store.packages.package_store import InUse
from octotui.workers.executor import Executor
from octotui.workers.machine import Chunks, FileDigest, FileEntry, FileError, MachineFacts, check_path
from octotui.workers.processes import ExecutorProcesses
from octotui.workers.simulated import SimulatedExecutor

CHUNK = 1 << 20
ROOM = 1 << 40  # bytes that a simulated disk has free


class SimulatedFiles:
    """Files in memory."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._parts: dict[tuple[str, str], bytes] = {}

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Store a file once all of it is there."""
        check_path(path)
        self._refuse_file_above(path)
        part = self._parts.get((path, sha256), b"")
        if offset > len(part):
            raise FileError(f"{path} cannot be resumed at {offset:,}: less of it is there")
        part = self._parts[path, sha256] = part[:offset]
        async for chunk in chunks:
            part += chunk
            self._parts[path, sha256] = part
        del self._parts[path, sha256]
        if hashlib.sha256(part).hexdigest() != sha256:
            raise FileError(f"{path} was damaged on its way: its SHA-256 is not {sha256}")
        self._files[path] = part

    async def received(self, path: str, sha256: str) -> int:
        """Return the size of an interrupted transfer."""
        check_path(path)
        return len(self._parts.get((path, sha256), b""))

    async def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of a file from an offset on."""
        body = self._body(path)
        for at in range(offset, len(body), CHUNK):
            yield body[at : at + CHUNK]

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the beginnings of files in a folder."""
        for each in (folder, *names):
            check_path(each)
        paths = {name: f"{folder}/{name}" for name in names}
        return {name: self._files[path][:largest] for name, path in paths.items() if path in self._files}

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the files and folders below a folder."""
        check_path(folder)
        found: dict[str, FileEntry] = {}
        for path, body in self._files.items():
            if path.startswith(f"{folder}/"):
                names = path.removeprefix(f"{folder}/").split("/")
                for depth in range(1, len(names)):
                    inner = "/".join((folder, *names[:depth]))
                    found[inner] = FileEntry(inner, "folder")
                found[path] = FileEntry(path, "file", len(body))
        level = folder.count("/") + 1
        return tuple(each for _, each in sorted(found.items()) if deep or each.path.count("/") == level)

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of a file."""
        body = self._body(path)
        return FileDigest(len(body), hashlib.sha256(body).hexdigest())

    async def remove(self, path: str) -> None:
        """Remove a file or a folder."""
        check_path(path)
        self._files = {
            name: body
            for name, body in self._files.items()
            if name != path and not name.startswith(f"{path}/")
        }

    async def free(self) -> int:
        """Return the room that is left."""
        return ROOM - sum(map(len, self._files.values()))

    def _body(self, path: str) -> bytes:
        check_path(path)
        if path not in self._files:
            raise FileError(f"{path} is not there, or is no ordinary file")
        return self._files[path]

    def _refuse_file_above(self, path: str) -> None:
        above = path.split("/")[:-1]
        for depth in range(1, len(above) + 1):
            if "/".join(above[:depth]) in self._files:
                raise FileError(f"{path} cannot be used: Not a directory")


class SimulatedPackageStore:
    """Packages of which only the names exist; `there` says which the real machine has."""

    def __init__(self, there: Callable[[], Collection[tuple[str, str]]] = tuple) -> None:
        self._there = there
        self._held: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def lock(self, package: str, version: str, stopping: Cancellation) -> AsyncIterator[None]:
        """Hold nothing: the engine's locks are enough."""
        yield

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Return that a package is as it was, if it is there."""
        return "" if (package, version) in await self.held() else None

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages that were there before, or are by now."""
        return frozenset((*self._there(), *self._held))

    def archive(self, package: str, name: str) -> Path:
        """Return a path that nothing is written to."""
        return Path("/dev/null", package, name)

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Note that a package is there."""
        self._held.add((package, version))
        return PackageManifest({}, {}, {})

    async def record_use(self, package: str, version: str) -> None:
        """Do nothing: there is room for all."""

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy nothing."""

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove nothing."""
        return ()


class SimulatedMachine:
    """A worker or target of which nothing but its name is real."""

    def __init__(self, directory: str, executor: Executor, packages: SimulatedPackageStore) -> None:
        self.directory = directory
        self.processes = ExecutorProcesses(executor, directory)
        self.files = SimulatedFiles()
        self.packages = packages
        self.boot_id = ""

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return no facts: a prediction asks no machine."""
        return MachineFacts()

    async def boot(self) -> str:
        """Return no boot, unless it was given one: nothing outlives this process."""
        return self.boot_id


class SimulatedMachines:
    """Makes simulated machines, whose scripts are told the directories that the real ones have."""

    def __init__(
        self,
        home: Callable[[str], Path],
        there: Callable[[str], Collection[tuple[str, str]]] = lambda worker: (),
        executor: Executor | None = None,
    ) -> None:
        """Take the default directory for each worker, and the packages that it has in reality."""
        self._home = home
        self._there = there
        self._executor = executor or SimulatedExecutor()

    def machine(self, worker: str, directory: str | None) -> SimulatedMachine:
        """Return a worker."""
        packages = SimulatedPackageStore(lambda: self._there(worker))
        return SimulatedMachine(directory or str(self._home(worker)), self._executor, packages)

    def retry_now(self) -> None:
        """Do nothing: it is always there."""

    async def close(self) -> None:
        """Cancel all attempts."""
        await self._executor.close()
