"""A small API server of Kubernetes."""

import json
import re
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "eyJhbGciOi.not-to-be-seen"
CORE = {
    "kind": "APIResourceList",
    "groupVersion": "v1",
    "resources": [
        {
            "name": "configmaps",
            "singularName": "configmap",
            "namespaced": True,
            "kind": "ConfigMap",
            "shortNames": ["cm"],
            "verbs": ["create", "delete", "get", "list", "patch", "update"],
        }
    ],
}
OBJECT = re.compile(r"/api/v1/namespaces/([^/]+)/configmaps(?:/([^/?]+))?")


class Cluster(ThreadingHTTPServer):
    """Holds config maps, and lets those in who know the token."""

    def __init__(self, context: ssl.SSLContext, authority: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.authority = authority
        self.held: dict[tuple[str, str], dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that does not trust us hangs up


class Handler(BaseHTTPRequestHandler):
    server: Cluster
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._refuse(401, "Unauthorized", "who are you?")
        fixed = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
            "/api/v1": CORE,
        }
        path = self.path.partition("?")[0]
        if path in fixed:
            return self._answer(200, fixed[path])
        if (found := OBJECT.fullmatch(path)) and (held := self.server.held.get((found[1], found[2]))):
            return self._answer(200, held)
        return self._refuse(404, "NotFound", f"there is no {path}")

    def do_POST(self) -> None:
        made = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = OBJECT.fullmatch(self.path.partition("?")[0])
        assert found is not None
        self.server.held[found[1], made["metadata"]["name"]] = made
        self._answer(201, made)

    def _refuse(self, code: int, reason: str, message: str) -> None:
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
        self._answer(code, status | {"reason": reason, "message": message, "code": code})

    def _answer(self, code: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
