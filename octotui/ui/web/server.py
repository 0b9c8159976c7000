"""The HTTP server of the app: the page, the files of its terminal, and a web socket for each app."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web

from octotui.runtime.server.peer_credentials import peer_ids
from octotui.ui.web.access import Access, Denied, check_origin
from octotui.ui.web.app_process import AppCommand, AppProcess
from octotui.ui.web.connections import IDLE, Connections
from octotui.ui.web.page import FOCUS, headers, page
from octotui.ui.web.request_protocol import RequestProtocol, refusal

MOST = 8  # apps at once
LONGEST = 1 << 16  # bytes of a message of a page: what is pasted
COLUMNS, ROWS = (10, 500), (5, 300)  # what a terminal may measure
HEARTBEAT = 15.0  # seconds after which a page that does not answer is gone
PATIENCE = 10.0  # seconds in which open requests must end with the server
STATIC = Path(textual_serve.__file__).parent / "static"
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Unanswerable(Exception):
    """A request of somebody with access has no answer, for a reason that is a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


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
        self._faulty = False
        self._pages: set[web.WebSocketResponse] = set()
        logging.getLogger("textual-serve").addHandler(logging.NullHandler())
        self._routes: dict[str, Handler] = {
            access.path: self._index,
            f"{access.path}focus.js": _focus,
            f"{access.path}ws": self._app,
        }
        for file in filter(Path.is_file, STATIC.rglob("*")):
            name = file.relative_to(STATIC).as_posix()
            self._routes[f"{access.path}static/{name}"] = partial(_static, file)

    async def open(self, listening: socket.socket) -> None:
        """Begin to serve."""
        self._server = server = web.Server(self._guard)
        protocol = partial(RequestProtocol, server, self._fault, idle=IDLE)
        self._connections = Connections(listening, protocol, self._is_peer)

    async def close(self) -> None:
        """End all apps, and the server."""
        self._connections.stop()
        self._server.pre_shutdown()
        await asyncio.gather(*(each.close(code=WSCloseCode.GOING_AWAY) for each in [*self._pages]))
        await self._server.shutdown(PATIENCE)
        await self._connections.close()

    def _fault(self, problem: BaseException) -> None:
        """Report a failure of the server itself, once: it may be one that anybody can cause."""
        if not self._faulty:
            self._faulty = True
            self._report(f"a request was not answered, and further ones are not told: {problem!r}")

    async def _guard(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer those who have access, and nobody else."""
        origin = "http://"
        try:
            self._check_peer(request)
            origin = self._access.origin(request.headers)
            if request.path != self._access.path or "token" not in request.query:
                self._access.account(request.headers)
                self._connections.admit(request.protocol)
            answer = await self._handler(request)(request)
        except Denied as denied:
            answer = refusal(403, str(denied), origin)
            answer.force_close()
        except Unanswerable as problem:
            answer = refusal(problem.status, str(problem), origin)
        if not answer.prepared:
            answer.headers.update(headers(origin))
        return answer

    def _handler(self, request: web.BaseRequest) -> Handler:
        """Return what answers a request; raises Unanswerable."""
        if request.method != "GET":
            raise Unanswerable(405, "there is nothing here but what GET asks for")
        if (handler := self._routes.get(request.path)) is None:
            raise Unanswerable(404, f"there is no such page: open {self._access.path}")
        return handler

    def _is_peer(self, connection: socket.socket) -> bool:
        """Return whether the kernel knows that an account which may connect is at the other end."""
        return connection.family == socket.AF_UNIX and peer_ids(connection)[0] in self._peers

    def _check_peer(self, request: web.BaseRequest) -> None:
        """Let only the proxy's account in where the kernel knows who connects; raises Denied."""
        connection = request.get_extra_info("socket")
        if connection.family == socket.AF_UNIX and not self._is_peer(connection):
            raise Denied("only the proxy may connect here")

    async def _index(self, request: web.BaseRequest) -> web.Response:
        """Return the page, or the cookie for a token."""
        if "token" in request.query:
            cookie = self._access.redeem(request.query["token"])
            location = {"Location": self._access.path, "Set-Cookie": cookie}
            return web.Response(status=303, headers=location)
        text = page(self._title, self._access.origin(request.headers), self._access.path)
        return web.Response(text=text, content_type="text/html")

    async def _app(self, request: web.BaseRequest) -> web.StreamResponse:
        """Run an app for a page, until either ends."""
        check_origin(self._access.origin(request.headers), request.headers)
        if len(self._pages) >= MOST:
            raise Unanswerable(503, f"{MOST} pages are open; close one first")
        page_socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=LONGEST)
        if not page_socket.can_prepare(request):
            raise Unanswerable(400, f"a web socket is here alone: open {self._access.path}")
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
            if page_socket.prepared:
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


async def _static(file: Path, _: web.BaseRequest) -> web.FileResponse:
    return web.FileResponse(file)


async def _focus(_: web.BaseRequest) -> web.Response:
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
