"""Downloads that several machines are sent: fetched once, for all that install the package at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from octotui.store.packages.downloads import forget


class _Download(msgspec.Struct):
    """A file that is in use: by how many, its SHA-256 once it is there, and whether any has installed it."""

    lock: asyncio.Lock
    users: int = 0
    digest: str = ""
    installed: bool = False


class SharedDownloads:
    """The files that are fetched for machines which share the path of a download.

    The first fetches it, and the others wait; it goes when the last has installed it. One that nobody could
    install stays, to be resumed.
    """

    def __init__(self) -> None:
        self._downloads: dict[Path, _Download] = {}

    @asynccontextmanager
    async def fetched(self, part: Path, fetch: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
        """Yield the SHA-256 of a file that is there until the block is left, fetched unless it is there."""
        download = self._downloads.setdefault(part, _Download(asyncio.Lock()))
        download.users += 1
        try:
            async with download.lock:
                download.digest = download.digest or await fetch()
            yield download.digest
            download.installed = True
        finally:
            download.users -= 1
            if not download.users:
                del self._downloads[part]
                if download.installed:
                    await asyncio.to_thread(forget, part)
