"""A web server on loopback that holds files, and misbehaves as it is told."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Served:
    """What the server holds, how often it is to misbehave, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.tags: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.redirects: dict[str, str] = {}
        self.status = 302  # of redirects
        self.failures: dict[str, list[int]] = {}
        self.retry_after = ""  # what it says when it fails
        self.cuts: list[int] = []  # bodies break off after so many bytes
        self.ranges = True
        self.shift = 0  # how far from what was asked for a part begins
        self.silent = False
        self.needs = ""
        self.open: tuple[str, ...] = ()  # paths that need no authorization
        self.asked: list[str] = []
        self.hosts: list[str] = []
        self.authorizations: list[str | None] = []
        self.released = threading.Event()
        self.stalled = threading.Event()
        self.stall_at: int | None = None
        self.url = ""

    def put(self, name: str, data: bytes, tag: str = '"1"') -> None:
        self.files[f"/{name}"] = data
        self.tags[f"/{name}"] = tag

    def page(self, path: str, body: bytes | str, kind: str = "text/html") -> None:
        self.pages[path] = (kind, body.encode() if isinstance(body, str) else body)

    def index(self) -> None:
        """A page of links, as web servers make it."""
        links = "".join(f'<a href="{name[1:]}">{name[1:]}</a>\n' for name in self.files)
        self.page("/", f'<html><a href="../">..</a>\n{links}</html>')

    def counted(self, path: str) -> int:
        return sum(each.partition(" ")[0] == path for each in self.asked)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Served

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        served, path = self.served, self.path.partition("?")[0]
        span = self.headers.get("Range", "")
        served.asked.append(f"{self.path} {span}".strip())
        served.hosts.append(self.headers.get("Host", ""))
        served.authorizations.append(self.headers.get("Authorization"))
        if served.silent:
            served.stalled.set()
            served.released.wait(20)
            self.close_connection = True
        elif served.failures.get(path):
            after = {"Retry-After": served.retry_after} if served.retry_after else None
            self._answer(served.failures[path].pop(0), b"busy", after)
        elif served.needs and path not in served.open and self.headers.get("Authorization") != served.needs:
            self._answer(401, b"who?", served.headers.get("401", {}))
        elif path in served.redirects:
            self._answer(served.status, b"", {"Location": served.redirects[path]})
        elif self.path in served.pages or path in served.pages:
            kind, body = served.pages.get(self.path) or served.pages[path]
            self._answer(200, body, {"Content-Type": kind, **served.headers.get(self.path, {})})
        elif path in served.files:
            self._file(path, span)
        else:
            self._answer(404, b"no")

    def _file(self, path: str, span: str) -> None:
        served, data = self.served, self.served.files[path]
        headers = {"ETag": served.tags[path], **served.headers.get(path, {})}
        same = self.headers.get("If-Range") in (None, served.tags[path])
        if not (span and served.ranges and same):
            return self._answer(200, data, headers)
        start = int(span.removeprefix("bytes=").removesuffix("-"))
        if start >= len(data):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        start -= served.shift
        headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return self._answer(206, data[start:], headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        served, sent = self.served, len(body)
        if status in (200, 206) and served.cuts and len(body) > served.cuts[0]:
            sent = served.cuts.pop(0)
            self.close_connection = True
        if served.stall_at is not None and len(body) > served.stall_at:
            self.wfile.write(body[: served.stall_at])
            self.wfile.flush()
            served.stalled.set()
            served.released.wait(20)
            self.close_connection = True
            return
        self.wfile.write(body[:sent])


class Server(ThreadingHTTPServer):
    """A server whose clients may hang up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Served]:
    """The server, for as long as a test needs it."""
    served = Served()
    handler = type("Handling", (Handler,), {"served": served})
    with Server(("127.0.0.1", 0), handler) as server:
        served.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            served.released.set()
            server.shutdown()
            thread.join()
