"""The package cache of a machine without Python: unpacked here, sent as files, compared over there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from octotui.store.archives.entries import ArchiveError
from octotui.store.archives.unpack import RESERVE
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.manifest import PackageChanged, PackageManifest
from octotui.store.packages.package_store import InUse
from octotui.workers.machine import FileError, Unreachable
from octotui.workers.remote.shell.calls import ShellProblem
from octotui.workers.remote.shell.comparison import SurveyedFolder, difference, shape_difference, surveyed
from octotui.workers.remote.shell.files import ShellFiles
from octotui.workers.remote.shell.reached import ShellDirectory
from octotui.workers.remote.shell.sending import send_package
from octotui.workers.remote.unpacked_archives import UnpackedArchives

SLICE = 0.1  # seconds between looks whether work is to be given up
WAIT = 0.5  # seconds between looks whether a lock is free
DIGITS = 18  # of a size or a time
REFRESH = 30.0  # seconds between signs of life of a lock's holder; one that is silent for minutes has lost it

T = TypeVar("T")


class ShellPackageStore:
    """The cache in the directory of a worker; files are fetched to a folder of this machine."""

    def __init__(self, directory: ShellDirectory, files: ShellFiles, archives: UnpackedArchives) -> None:
        """Use the cache of a worker, and the archives that all machines share."""
        self._directory = directory
        self._files = files
        self._archives = archives

    @asynccontextmanager
    async def lock(self, package: str, version: str, stopping: Cancellation) -> AsyncIterator[None]:
        """Hold a package's lock, a folder whose age says whether its holder lives."""
        name = f".{package}.{version}.held"
        stopping.check()
        while await self._ask("lock", name) != [b"taken"]:
            await _rest(WAIT, stopping)
        keeping = asyncio.create_task(self._keep(name))
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(OSError, Unreachable):
                await self._ask("unlock", name)

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Compare a package with its manifest."""
        found = await _unless_stopped(self._survey(f"packages/{package}/{version}"), stopping)
        return None if found is None else difference(manifest, found)

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages in the cache."""
        parts = [each.decode(errors="surrogateescape") for each in await self._ask("packages")]
        return frozenset(
            (package, version) for package, _, version in (each.partition("/") for each in parts)
        )

    def archive(self, package: str, name: str) -> Path:
        """Return where a package's file is fetched to."""
        return self._archives.folder / package / name

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Unpack a file here, and send what is missing over there."""
        async with self._archives.unpacked(archive, stopping) as (content, manifest):
            await _unless_stopped(self._send(package, version, content, manifest), stopping)
        return manifest

    async def record_use(self, package: str, version: str) -> None:
        """Record that a package was used just now."""
        await self._ask("use", package, version)

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy a package for an attempt; the copy is compared, as the cache may change meanwhile."""
        await _unless_stopped(self._copy(package, version, manifest, target), stopping)

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove the packages used longest ago."""
        notes = sorted(filter(None, map(_note, await self._ask("usage"))), key=lambda each: each[1])
        total = sum(size for size, *_ in notes)
        if total <= limit:
            return ()
        needed, chosen = set(in_use()), list[str]()
        for size, _, package, version in notes:
            if total > limit and (package, version) not in needed:
                total -= size
                chosen += (package, version)
        parts = [each.decode(errors="surrogateescape") for each in await self._ask("evict", *chosen)]
        return tuple(
            sorted((package, version) for package, _, version in (each.partition("/") for each in parts))
        )

    async def _send(self, package: str, version: str, content: Path, manifest: PackageManifest) -> None:
        work = f".{package}.{version}.work"
        size = sum(each.size for each in manifest.files.values())
        free = await self._files.free()
        if size > free - RESERVE:
            raise ArchiveError(f"would unpack to {size:,} bytes, and its disk has {free:,} left: make room")
        there = await self._survey(f"packages/{work}")
        try:
            await send_package(self._directory, self._files, f"packages/{work}", content, manifest, there)
        except (ShellProblem, FileError) as problem:
            raise OSError(0, f"it cannot be sent: {problem}") from None
        found = await self._survey(f"packages/{work}")
        change = "all of it" if found is None else difference(manifest, found)
        if change:
            raise OSError(0, f"{change} did not arrive as it was sent")
        await self._ask("install", work, package, version, str(size))

    async def _copy(self, package: str, version: str, manifest: PackageManifest, target: str) -> None:
        source = await self._survey(f"packages/{package}/{version}", sums=False)
        change = "all of it" if source is None else shape_difference(manifest, source)
        if change:
            raise PackageChanged(change)
        mode = f"{manifest.folders['']:o}"
        try:
            await self._directory.calls.ask("packages", "copy", package, version, target, mode)
        except ShellProblem as problem:
            if problem.kind != "exists":
                await self._remove(target)
            raise OSError(0, f"it cannot be copied: {problem}") from None
        found = await self._survey(target)
        change = "all of it" if found is None else difference(manifest, found)
        if change:
            await self._remove(target)
            raise PackageChanged(change)

    async def _remove(self, target: str) -> None:
        with suppress(FileError):
            await self._files.remove(target)

    async def _survey(self, folder: str, *, sums: bool = True) -> SurveyedFolder | None:
        return surveyed(await self._ask("survey", folder, "sums" if sums else ""))

    async def _keep(self, lock: str) -> None:
        """Show from time to time that the holder of a lock lives."""
        while True:
            await asyncio.sleep(REFRESH)
            with suppress(OSError, Unreachable):
                await self._ask("refresh", lock)

    async def _ask(self, verb: str, *arguments: str) -> list[bytes]:
        """Make a call. Raises OSError or Unreachable."""
        await self._directory.reached()
        try:
            return await self._directory.calls.ask("packages", verb, *arguments)
        except ShellProblem as problem:
            raise OSError(0, f"its packages cannot be used: {problem}") from None


def _note(part: bytes) -> tuple[int, int, str, str] | None:
    """Parse the size of a package, when it was used, its id and version; None where it is none."""
    size, _, rest = part.decode(errors="surrogateescape").strip().partition(" ")
    used, _, name = rest.partition(" ")
    package, _, version = name.partition("/.")
    if not size.isdecimal() or not used.isdecimal() or not version.endswith(".size"):
        return None
    if len(size) > DIGITS or len(used) > DIGITS:
        return None
    return int(size), int(used), package, version.removesuffix(".size")


async def _rest(seconds: float, stopping: Cancellation) -> None:
    """Sleep for some seconds. Raises Cancelled as soon as that is asked for."""
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        stopping.check()
        await asyncio.sleep(min(SLICE, left))


async def _unless_stopped(work: Awaitable[T], stopping: Cancellation) -> T:
    """Return the result of work, which is given up once that is asked for. Raises Cancelled."""
    working = asyncio.ensure_future(work)
    try:
        while not stopping.stopped:
            done, _ = await asyncio.wait((working,), timeout=SLICE)
            if done:
                return working.result()
        raise Cancelled
    finally:
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
