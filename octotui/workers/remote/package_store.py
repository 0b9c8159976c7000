"""The package cache of a machine elsewhere.

A package's file is unpacked here, with the checks of all archives, and its files are sent by their manifest:
those that an interrupted transfer has left are not sent again.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from octotui.store.archives.entries import ArchiveError
from octotui.store.archives.unpack import RESERVE
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.manifest import BLOCK, PackageChanged, PackageManifest
from octotui.store.packages.package_store import InUse
from octotui.workers.remote.answers import byte_count, one_line, understood
from octotui.workers.remote.calls import CallFailed, RemoteCall
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from octotui.workers.remote.worker_directory import WorkerDirectory

SLICE = 0.1  # seconds between looks whether a call is to be given up

T = TypeVar("T")


class _SentPackage(msgspec.Struct, frozen=True):
    """A manifest with the times of its files, in their order, in nanoseconds since 1970."""

    folders: dict[str, int]
    files: dict[str, Any]
    links: dict[str, str]
    times: tuple[int, ...]


class RemotePackageStore:
    """The cache in the directory of a worker; files are fetched to a folder of this machine."""

    def __init__(self, directory: WorkerDirectory, archives: UnpackedArchives) -> None:
        """Use the cache of a worker, and the archives that all machines share."""
        self._directory = directory
        self._archives = archives

    @asynccontextmanager
    async def lock(self, package: str, version: str, stopping: Cancellation) -> AsyncIterator[None]:
        """Hold a package's lock among all who use the cache; it is lost with the channel."""
        async with self._call("lock", package, version, stopping) as call:
            await anext(call.parts())
            yield
            call.end()
            await call.answer()

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Compare a package with its manifest, over there."""
        async with self._call("change", package, version, stopping, manifest) as call:
            header, _ = await call.answer()
        with understood():
            change = header["change"]
            return None if change is None else one_line(change)

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages in the cache."""
        async with self._call("held", "", "", Cancellation()) as call:
            _, body = await call.answer()
        return _packages(body)

    def archive(self, package: str, name: str) -> Path:
        """Return where a package's file is fetched to."""
        return self._archives.folder / package / name

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Unpack a file, and send what is missing over there."""
        async with self._archives.unpacked(archive, stopping) as (content, manifest):
            await self._send(package, version, content, manifest, stopping)
        return manifest

    async def record_use(self, package: str, version: str) -> None:
        """Record that a package was used just now."""
        async with self._call("record_use", package, version, Cancellation()) as call:
            await call.answer()

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy a package for an attempt, over there."""
        async with self._call("copy", package, version, stopping, manifest, target=target) as call:
            await call.answer()

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove the packages used longest ago."""
        async with self._call("usage", "", "", Cancellation()) as call:
            header, _ = await call.answer()
        with understood():
            if byte_count(header["size"]) <= limit:
                return ()
        needed = [list(each) for each in in_use()]
        async with self._call("evict", "", "", Cancellation(), needed, limit=limit) as call:
            _, body = await call.answer()
        return tuple(sorted(_packages(body)))

    async def _send(
        self, package: str, version: str, content: Path, manifest: PackageManifest, stopping: Cancellation
    ) -> None:
        times = tuple((content / each).stat().st_mtime_ns for each in manifest.files)
        sent = _SentPackage(manifest.folders, manifest.files, manifest.links, times)
        size = sum(each.size for each in manifest.files.values())
        given = {"size": size, "reserve": RESERVE}
        async with self._call("install", package, version, stopping, sent, **given) as call:
            _, body = await anext(call.parts())
            with understood():
                wanted = [
                    (path, byte_count(at))
                    for path, at in msgspec.json.decode(body, type=list[tuple[str, int]])
                ]
            for path, offset in wanted:
                if path not in manifest.files or not await _sent(call, content / path, offset):
                    break
            call.end()
            await call.answer()

    @asynccontextmanager
    async def _call(
        self, do: str, package: str, version: str, stopping: Cancellation, body: object = None, **more: Any
    ) -> AsyncIterator[RemoteCall]:
        """Make a call, given up once `stopping` is asked to. Raises OSError, ArchiveError and so on."""
        at = await self._directory.reached()
        given = {"in": at.path, "package": package, "version": version, **more}
        payload = b"" if body is None else msgspec.json.encode(body)
        try:
            async with at.channel.call(do, given, payload) as call:
                watch = asyncio.create_task(_stop(call, stopping))
                try:
                    yield call
                finally:
                    watch.cancel()
        except CallFailed as problem:
            raise _problem(problem) from None
        except StopAsyncIteration:
            raise OSError(0, "its relay has ended the call early") from None


async def _stop(call: RemoteCall, stopping: Cancellation) -> None:
    """Give a call up once that is asked for, which may be in another thread."""
    while not stopping.stopped:
        await asyncio.sleep(SLICE)
    call.stop()


async def _sent(call: RemoteCall, path: Path, offset: int) -> bool:
    """Send a file from an offset on; return whether the call takes more."""
    file = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while data := await asyncio.to_thread(os.pread, file, BLOCK, offset):
            if not await call.send(data):
                return False
            offset += len(data)
    finally:
        os.close(file)
    return True


def _packages(body: bytes) -> frozenset[tuple[str, str]]:
    try:
        return frozenset(msgspec.json.decode(body, type=list[tuple[str, str]]))
    except msgspec.MsgspecError as problem:
        raise OSError(0, f"its relay answers strangely: {problem}") from None


def _problem(problem: CallFailed) -> Exception:
    match problem.kind:
        case "stopped":
            return Cancelled()
        case "changed":
            return PackageChanged(str(problem))
        case "full":
            return ArchiveError(str(problem))
        case _:
            return OSError(0, str(problem))
