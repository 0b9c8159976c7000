"""HTTP on one connection: what cannot be answered is refused in a sentence, and nothing is logged."""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

from octotui.ui.web.page import headers

SILENT = logging.Logger("octotui.web", logging.CRITICAL + 1)  # what others send is no line of a log
WRONG = "that is no request that a browser makes"
FAILED = "this cannot be answered: the terminal of `octotui web` says why"


class RequestProtocol(web.RequestHandler):
    """Serves the requests of one connection; the first exception of a handler is for `fault`."""

    def __init__(self, server: web.Server, fault: Callable[[BaseException], None], *, idle: float) -> None:
        """Create it; a connection without a request is closed after `idle` seconds."""
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            logger=SILENT,
            access_log=SILENT,
            keepalive_timeout=idle,
        )
        self._fault = fault
        self.closed = asyncio.Event()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note that the connection is closed."""
        super().connection_lost(exc)
        self.closed.set()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the answer to what is no request, or to one that cannot be answered."""
        if status >= 500 and exc is not None:
            self._fault(exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        answer = refusal(status, FAILED if status >= 500 else WRONG)
        answer.force_close()
        return answer


def refusal(status: int, sentence: str, origin: str = "http://") -> web.Response:
    """Return an answer of one sentence; what others wrote in it may not even be text."""
    body = f"octotui: {sentence}\n".encode(errors="backslashreplace")
    return web.Response(
        status=status, body=body, content_type="text/plain", charset="utf-8", headers=headers(origin)
    )
