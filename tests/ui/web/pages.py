"""A server of the app on loopback, and what a page asks it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from octotui.ui.web.access import TokenAccess
from octotui.ui.web.app_process import AppCommand
from octotui.ui.web.server import AppServer
from tests.cli.conftest import environment

ECHO = """
import os, sys, time
from textual.app import App
from textual.widgets import Label
class Echo(App):
    def compose(self):
        yield Label(f"process <{os.getpid()}>", markup=False)
    def on_key(self, event):
        if event.key == "q":
            self.exit()
        if event.key == "l":
            self.open_url("https://octotui.invalid/")
            self.open_url("javascript:alert(1)")
        if event.key == "x":
            os.write(2, b"it \\x1b[31mfailed")
            os._exit(1)
        if event.key == "h":
            time.sleep(600)
        self.query_one(Label).update(f"pressed <{event.key}> at {self.size.width}x{self.size.height}")
Echo().run()
"""


def echo() -> AppCommand:
    """An app that shows its process, and the last key; q ends it, h hangs it, x fails, l opens links."""
    return AppCommand([sys.executable, "-c", ECHO], environment())


class Page(NamedTuple):
    """A client of a server with its access, and what apps have said of failures."""

    client: aiohttp.ClientSession
    access: TokenAccess
    origin: str
    reports: list[str]

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"{self.origin}{self.access.path}"

    async def enter(self) -> "Page":
        """Open the URL that works once."""
        async with self.client.get(self.access.url, allow_redirects=False) as answer:
            assert answer.status == 303
            self.client.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        return self

    async def reported(self) -> None:
        """Wait until an app has said something of a failure."""
        async with asyncio.timeout(60):
            while not self.reports:
                await asyncio.sleep(0.02)

    async def raw(self, sent: bytes) -> bytes:
        """Send bytes on a connection of their own; return all that comes back."""
        host = self.origin.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(sent.replace(b"HOST", host.encode()).replace(b"PATH", self.access.path.encode()))
        try:
            async with asyncio.timeout(60):
                return await reader.read()
        finally:
            writer.close()

    def app(self, **headers: str) -> Any:
        """Open the socket of an app."""
        return self.client.ws_connect(
            f"{self.url}ws?width=60&height=20", headers={"Origin": self.origin, **headers}
        )


async def drawn(app: aiohttp.ClientWebSocketResponse, text: str) -> str:
    """Wait until the app has drawn a text between < and >, and return what follows it up to >."""
    seen = ""
    while text not in seen or ">" not in seen.partition(text)[2]:
        message = await app.receive(60)
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, seen)
        seen += message.data.decode() if isinstance(message.data, bytes) else ""
    return seen.partition(text)[2].partition(">")[0]


@asynccontextmanager
async def serving(command: Any = echo) -> AsyncIterator[Page]:
    """Serve an app."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    access, reports = TokenAccess(port), list[str]()
    server = AppServer(access, lambda account: command(), title="Echo", report=reports.append)
    await server.open(listening)
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
            yield Page(client, access, f"http://127.0.0.1:{port}", reports)
    finally:
        await server.close()
