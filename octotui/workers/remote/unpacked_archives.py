"""Archives that are unpacked on this machine while their files are sent: once for all who are sent them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex

import msgspec

from octotui.store.archives.entries import ArchiveError
from octotui.store.archives.unpack import unpack
from octotui.store.cancellation import Cancellation, holding, in_thread
from octotui.store.directory import Directory, remove_tree
from octotui.store.packages.manifest import PackageManifest, survey


class _Unpacked(msgspec.Struct):
    """An archive's folder, how many use it, what is in it, and why it was refused."""

    lock: asyncio.Lock
    work: Path
    users: int = 0
    manifest: PackageManifest | None = None
    problem: ArchiveError | None = None


class UnpackedArchives:
    """The archives in use below a folder, by their paths: what is unpacked goes with the last to be sent it.

    There is one for all machines that are sent from the folder, whatever the way to them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._archives: dict[Path, _Unpacked] = {}

    @asynccontextmanager
    async def unpacked(
        self, archive: Path, stopping: Cancellation
    ) -> AsyncIterator[tuple[Path, PackageManifest]]:
        """Yield a folder with an archive's content, and its manifest.

        Raises ArchiveError, OSError or Cancelled.
        """
        work = archive.with_name(f".{archive.name}.{token_hex(4)}.work")
        found = self._archives.setdefault(archive, _Unpacked(asyncio.Lock(), work))
        found.users += 1
        try:
            async with holding(found.lock, stopping):
                manifest = found.manifest or await _unpack(archive, found, stopping)
            yield found.work / "content", manifest
        finally:
            await self._leave(archive, found)

    async def _leave(self, archive: Path, found: _Unpacked) -> None:
        """Remove the folder with its last user; who comes meanwhile waits, and unpacks it anew."""
        try:
            if found.users == 1:
                async with found.lock:
                    found.manifest = found.problem = None
                    await in_thread(partial(remove_tree, found.work), Cancellation())
        finally:
            found.users -= 1
            if not found.users:
                del self._archives[archive]


async def _unpack(archive: Path, found: _Unpacked, stopping: Cancellation) -> PackageManifest:
    if found.problem is not None:
        raise found.problem
    try:
        found.manifest = await in_thread(partial(_surveyed, archive, found.work, stopping), stopping)
    except ArchiveError as problem:
        found.problem = problem
        raise
    return found.manifest


def _surveyed(archive: Path, work: Path, stopping: Cancellation) -> PackageManifest:
    remove_tree(work)  # one that was cancelled has left it
    work.mkdir(0o700)
    unpack(archive, work / "content", stopping)
    with Directory(work / "content") as folder:
        return survey(folder, stopping)
