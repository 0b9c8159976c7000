"""A process of the app for one page: frames go in and out, and it ends with the page."""

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp.web import WebSocketResponse
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

PATIENCE = 5.0  # seconds in which an app must end when it is asked to
ERRORS = 1 << 16  # bytes of what an app says of its failure, the last ones
OPENED = ("http", "https", "mailto")  # kinds of links that a page may open
DRIVER = "octotui.ui.web.driver:BrowserDriver"


class AppCommand(NamedTuple):
    """How to start the app: arguments, environment, and for another account its ids and groups."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    user: int | None = None
    group: int | None = None
    groups: Sequence[int] | None = None


class AppProcess(AppService):
    """The app behind one web socket, in a process group of its own, without a shell."""

    def __init__(self, command: AppCommand, socket: WebSocketResponse, report: Callable[[str], None]) -> None:
        """Create it; what it says of a failure is reported once it has ended."""
        super().__init__(
            "octotui",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._start = command
        self._socket = socket
        self._report = report
        self._errors: asyncio.Task[bytes] | None = None

    async def _close(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = {
            **self._start.environment,
            "TEXTUAL_DRIVER": DRIVER,
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "COLUMNS": str(width),
            "ROWS": str(height),
        }
        self._process = process = await asyncio.create_subprocess_exec(
            *self._start.arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,
            user=self._start.user,
            group=self._start.group,
            extra_groups=self._start.groups,
        )
        assert process.stdin is not None
        assert process.stderr is not None
        self._stdin = process.stdin
        self._errors = asyncio.ensure_future(_last_of(process.stderr))
        process.stderr = _nothing()  # textual-serve would print all of it as it is
        return process

    async def run(self) -> None:
        """Pass on what the app draws until it ends, by itself or not; the page ends with it."""
        await super().run()
        await self._close()

    async def on_meta(self, data: bytes) -> None:
        """Close the page where the app has ended, and have links opened; nothing else is asked of a page."""
        match json.loads(data):
            case {"type": "exit"}:
                await self._close()
            case {"type": "open_url", "url": str(url), "new_tab": bool(new_tab)}:
                if urlsplit(url).scheme in OPENED:
                    await self.remote_write_str(json.dumps(["open_url", {"url": url, "new_tab": new_tab}]))

    async def stop(self) -> None:
        """End the app, by force where it does not end in time; report what it said of a failure."""
        if (process := self._process) is None or self._errors is None:
            return
        leaving = asyncio.ensure_future(super().stop())
        await asyncio.wait([leaving], timeout=PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with what it may have left
        await leaving
        await process.wait()
        if said := await self._errors:
            self._report(said.decode(errors="replace"))


async def _last_of(stream: asyncio.StreamReader) -> bytes:
    """Read a stream to its end, and return the last of it."""
    last = b""
    while data := await stream.read(4096):
        last = (last + data)[-ERRORS:]
    return last


def _nothing() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_eof()
    return reader
