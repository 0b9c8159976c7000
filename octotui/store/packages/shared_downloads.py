"""Downloads that several machines are sent: fetched once, for all that install the package at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec

from octotui.store.archives.entries import ArchiveError
from octotui.store.cancellation import Cancellation, holding, in_thread
from octotui.store.packages.downloads import forget


class _Download(msgspec.Struct):
    """A file that is in use: by how many, its SHA-256 once it is there, and whether it is done with."""

    lock: asyncio.Lock
    users: int = 0
    digest: str = ""
    is_done: bool = False  # somebody has installed it, or nobody ever can


class SharedDownloads:
    """The files that are fetched for machines which share the path of a download.

    The first fetches it, and the others wait; it goes when the last has installed it. One that nobody could
    install stays, to be resumed, unless it is no package.
    """

    def __init__(self) -> None:
        self._downloads: dict[Path, _Download] = {}

    @asynccontextmanager
    async def fetched(
        self, part: Path, fetch: Callable[[], Awaitable[str]], stopping: Cancellation
    ) -> AsyncIterator[str]:
        """Yield the SHA-256 of a file that is there until the block is left, fetched unless it is there.

        Raises Cancelled where it is stopped while it waits.
        """
        download = self._downloads.setdefault(part, _Download(asyncio.Lock()))
        download.users += 1
        try:
            async with holding(download.lock, stopping):
                download.digest = download.digest or await fetch()
            yield download.digest
            download.is_done = True
        except ArchiveError:
            download.is_done = True
            raise
        finally:
            await self._leave(part, download)

    async def _leave(self, part: Path, download: _Download) -> None:
        """Remove the file with its last user; who comes meanwhile waits, and fetches it anew."""
        try:
            if download.users == 1 and download.is_done:
                async with download.lock:
                    download.digest, download.is_done = "", False
                    await in_thread(partial(forget, part), Cancellation())
        finally:
            download.users -= 1
            if not download.users:
                del self._downloads[part]
