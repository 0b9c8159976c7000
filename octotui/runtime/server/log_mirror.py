"""Copies of logs, for clients that may not open the space's files, which grow as the logs do."""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from octotui.engine.commands import Refused
from octotui.store.errors import StoreError
from octotui.store.private_files import opened_private
from octotui.store.space_folder import SpaceFolder
from octotui.store.temporary_folder import temporary_folder

Part = Callable[[str, str, int], Awaitable[bytes]]

PAUSE = 0.3  # seconds between two requests for more


class LogMirror:
    """Finds logs in the space's folder, or copies them to a private one and keeps the copy current."""

    def __init__(self, folder: SpaceFolder, part: Part) -> None:
        self._folder = folder
        self._part = part
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._copying: tuple[str, asyncio.Task[None]] | None = None

    def log(self, run: str, job: str) -> Path:
        """Return the path of a job's output; of copies, only the latest asked for is kept current."""
        copy = self._path(run, job)
        if copy == self._folder.log(run, job):
            return copy
        if self._copying is None or self._copying[0] != job:
            self._stop()
            self._copying = job, asyncio.ensure_future(self._copy(run, job, copy))
        return copy

    async def whole(self, run: str, job: str) -> Path:
        """Return the path of a copy complete to the log's current end."""
        copy = self._path(run, job)
        if copy != self._folder.log(run, job):
            await self._catch_up(run, job, copy)
        return copy

    async def close(self) -> None:
        """Remove the copies."""
        self._stop()
        if self._own is not None:
            self._own.cleanup()

    def _path(self, run: str, job: str) -> Path:
        if os.access(self._folder.path, os.R_OK):
            return self._folder.log(run, job)
        if self._own is None:
            self._own = temporary_folder("octotui-")
        return Path(self._own.name) / f"{job}.log"

    def _stop(self) -> None:
        if self._copying is not None:
            self._copying[1].cancel()
            self._copying = None

    async def _copy(self, run: str, job: str, copy: Path) -> None:
        while True:
            with suppress(Refused, StoreError):  # the server is away: retried
                await self._catch_up(run, job, copy)
            await asyncio.sleep(PAUSE)

    async def _catch_up(self, run: str, job: str, copy: Path) -> None:
        while part := await self._part(run, job, copy.stat().st_size if copy.exists() else 0):
            with opened_private(copy, "ab") as file:
                file.write(part)
