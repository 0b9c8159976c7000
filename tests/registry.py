"""A registry of container images on loopback, of which one image can be pulled; with or without a login."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry:
    """Images by name and tag; `login` is `user:password`, without which nothing is given."""

    def __init__(self, login: str = "") -> None:
        self.login = login
        self.tags: dict[str, dict[str, str]] = {}
        self.content: dict[str, tuple[str, bytes]] = {}
        self.pulls: list[str] = []
        self.host = ""

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def add(self, name: str, tag: str, files: bytes) -> str:
        """Add an image of one layer, a tar archive; return its digest."""
        layer = gzip.compress(files, mtime=0)
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Env": ["PATH=/bin"]},
                "rootfs": {"type": "layers", "diff_ids": [_digest(files)]},
            }
        ).encode()
        parts = (
            (config, "application/vnd.oci.image.config.v1+json"),
            (layer, "application/vnd.oci.image.layer.v1.tar+gzip"),
        )
        described = [{"mediaType": kind, "digest": _digest(data), "size": len(data)} for data, kind in parts]
        manifest = json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": described[0], "layers": described[1:]}
        ).encode()
        for data, kind in (*parts, (manifest, MANIFEST)):
            self.content[_digest(data)] = kind, data
        self.tags.setdefault(name, {})[tag] = _digest(manifest)
        return _digest(manifest)

    def found(self, path: str) -> tuple[str, bytes] | None:
        """What is at a path below /v2/."""
        if path in ("/v2/", "/v2"):
            return "application/json", b"{}"
        name, _, what = path.removeprefix("/v2/").rpartition("/")
        if what == "list":
            tags = self.tags.get(name.removesuffix("/tags"))
            return None if tags is None else ("application/json", json.dumps({"tags": [*tags]}).encode())
        name, _, kind = name.rpartition("/")
        if kind == "blobs":
            self.pulls.append(what)
        return self.content.get(self.tags.get(name, {}).get(what, what))


class Handler(BaseHTTPRequestHandler):
    """Answers for the registry of its server."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        made = self.server.registry  # type: ignore[attr-defined]
        wanted = f"Basic {base64.b64encode(made.login.encode()).decode()}"
        if made.login and self.headers.get("Authorization") != wanted:
            self._refuse(401, "UNAUTHORIZED", "authentication required")
        elif (found := made.found(self.path)) is None:
            self._refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
        else:
            self._say(200, *found)

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self._say(status, "application/json", body)

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", _digest(body))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def registry(login: str = "") -> Iterator[Registry]:
    """Serve a registry."""
    made = Registry(login)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.registry = made  # type: ignore[attr-defined]
    made.host = f"127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
