"""The HTTP server of the app: the page, the files of its terminal, and a web socket for each app."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web

from octotui.runtime.server.peer_credentials import peer_ids
from octotui.ui.web.access import Access, Denied, check_origin
from octotui.ui.web.app_process import AppCommand, AppProcess
from octotui.ui.web.page import FOCUS, headers, page

MOST = 8  # apps at once
LONGEST = 1 << 16  # bytes of a message of a page: what is pasted
COLUMNS, ROWS = (10, 500), (5, 300)  # what a terminal may measure
HEARTBEAT = 15.0  # seconds after which a page that does not answer is gone
STATIC = Path(textual_serve.__file__).parent / "static"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WrongMessage(Exception):
    """A page sends what no page of ours does."""


class AppServer:
    """Serves the app at a listening socket; `peers` are the accounts that may connect to a Unix socket."""

    def __init__(
        self,
        access: Access,
        command: Callable[[str | None], AppCommand],
        *,
        title: str,
        report: Callable[[str], None],
        peers: frozenset[int] = frozenset(),
    ) -> None:
        self._access = access
        self._command = command
        self._title = title
        self._report = report
        self._peers = peers
        self._pages: set[web.WebSocketResponse] = set()
        logging.getLogger("textual-serve").addHandler(logging.NullHandler())
        app = web.Application(middlewares=[self._guard])
        app.router.add_get(access.path, self._index, allow_head=False)
        app.router.add_get(f"{access.path}focus.js", _focus)
        app.router.add_get(f"{access.path}ws", self._app)
        app.router.add_static(f"{access.path}static", STATIC)
        app.on_shutdown.append(self._end)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=10.0)

    async def open(self, listening: socket.socket) -> None:
        """Begin to serve."""
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def close(self) -> None:
        """End all apps, and the server."""
        await self._runner.cleanup()

    async def _end(self, _: web.Application) -> None:
        await asyncio.gather(*(each.close(code=WSCloseCode.GOING_AWAY) for each in [*self._pages]))

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer those who have access, and nobody else."""
        origin = "http://"
        try:
            self._check_peer(request)
            origin = self._access.origin(request.headers)
            if request.path != self._access.path or "token" not in request.query:
                self._access.account(request.headers)
            answer = await handler(request)
        except Denied as denied:
            answer = web.Response(status=403, text=f"octotui: {denied}\n")
        except web.HTTPException as error:
            answer = web.Response(status=error.status, text=f"{error.reason}\n")
        if not answer.prepared:
            answer.headers.update(headers(origin))
        return answer

    def _check_peer(self, request: web.Request) -> None:
        """Let only the proxy's account in where the kernel knows who connects; raises Denied."""
        connection = request.get_extra_info("socket")
        if connection.family == socket.AF_UNIX and peer_ids(connection)[0] not in self._peers:
            raise Denied("only the proxy may connect here")

    async def _index(self, request: web.Request) -> web.Response:
        """Return the page, or the cookie for a token."""
        if "token" in request.query:
            cookie = self._access.redeem(request.query["token"])
            location = {"Location": self._access.path, "Set-Cookie": cookie}
            return web.Response(status=303, headers=location)
        text = page(self._title, self._access.origin(request.headers), self._access.path)
        return web.Response(text=text, content_type="text/html")

    async def _app(self, request: web.Request) -> web.StreamResponse:
        """Run an app for a page, until either ends."""
        check_origin(self._access.origin(request.headers), request.headers)
        if len(self._pages) >= MOST:
            return web.Response(status=503, text=f"octotui: {MOST} pages are open; close one first\n")
        page_socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LONGEST)
        self._pages.add(page_socket)
        app = AppProcess(self._command(self._access.account(request.headers)), page_socket, self._report)
        try:
            await page_socket.prepare(request)
            width, height = (request.query.get(each, "") for each in ("width", "height"))
            await app.start(_within(width, COLUMNS), _within(height, ROWS))
            await self._pass_on(page_socket, app)
        except OSError as problem:
            self._report(f"the app cannot be started: {problem.strerror or problem}")
        finally:
            self._pages.discard(page_socket)
            await app.stop()
            await page_socket.close()
        return page_socket

    async def _pass_on(self, page_socket: web.WebSocketResponse, app: AppProcess) -> None:
        """Pass on what a page sends until it is closed, or sends what none of ours does."""
        async for message in page_socket:
            try:
                if message.type is not WSMsgType.TEXT:
                    raise WrongMessage
                if (pong := await _take(message.data, app)) is not None:
                    await page_socket.send_json(["pong", pong])
            except (WrongMessage, msgspec.MsgspecError, ValueError, RecursionError):
                await page_socket.close(code=WSCloseCode.POLICY_VIOLATION)
            except ConnectionError:
                with suppress(ConnectionError):
                    await page_socket.close()


async def _focus(_: web.Request) -> web.Response:
    return web.Response(text=FOCUS, content_type="text/javascript")


async def _take(message: str, app: AppProcess) -> str | None:
    """Pass one message of a page on to its app; return what a ping is to be answered with."""
    match msgspec.json.decode(message):
        case ["stdin", str(keys)]:
            await app.send_bytes(keys.encode())
        case ["resize", {"width": int(width), "height": int(height)}]:
            await app.set_terminal_size(_within(width, COLUMNS), _within(height, ROWS))
        case ["focus", *_]:
            await app.focus()
        case ["blur", *_]:
            await app.blur()
        case ["ping", str(data)]:
            return data[:32]
        case _:
            raise WrongMessage
    return None


def _within(value: str | int, bounds: tuple[int, int]) -> int:
    """Return a measure of a terminal within bounds, the lowest where it is no number."""
    least, most = bounds
    text = str(value)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else least
    return min(max(number, least), most)
