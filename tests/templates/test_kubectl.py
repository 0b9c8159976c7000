"""The template kubectl: the real client against a small API server."""

import json
import re
import shutil
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.templates.conftest import Done, Run

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


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine")
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with Cluster(context, authority.cert_pem.bytes().decode()) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def kubectl(run: Run, cluster: Cluster, token: str = TOKEN, **more: object) -> Done:
    where = {"Server": cluster.url, "CertificateAuthority": cluster.authority, "Token": "#{Secret}"}
    return run("kubectl", {"Secret": token, "Who": 'grün "quoted"'}, **where | more)


MANIFEST = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  Greeting: "hello #{Who | YamlDoubleQuoteEscape}"
"""


def test_a_manifest_is_applied_and_can_be_read(run: Run, cluster: Cluster) -> None:
    """S1, V5: variables are filled in; the token goes to the server alone."""
    done = kubectl(run, cluster, Manifest=MANIFEST, Namespace="shop", Validate=False)
    assert (done.state, done.reason) == ("succeeded", "")
    assert done.outputs == {"Result": "configmap/settings created\n"}
    assert cluster.held["shop", "settings"]["data"] == {"Greeting": 'hello grün "quoted"'}
    read = kubectl(run, cluster, Arguments="get cm settings -n shop -o 'jsonpath={.data.Greeting}'")
    assert (read.state, read.outputs) == ("succeeded", {"Result": 'hello grün "quoted"'})
    assert TOKEN not in done.log + read.log


def test_who_has_no_token_is_told_so(run: Run, cluster: Cluster) -> None:
    done = kubectl(run, cluster, token="another one", Arguments="get configmaps")
    assert (done.state, done.reason.startswith("kubectl failed: error: ")) == ("failed", True)
    assert "logged in" in done.reason


def test_a_server_that_nobody_trusts_gets_no_token(run: Run, cluster: Cluster) -> None:
    done = kubectl(run, cluster, Arguments="get configmaps settings", CertificateAuthority="")
    assert (done.state, "certificate" in done.reason) == ("failed", True)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "Say either a manifest or arguments."),
        ({"Arguments": "get 'pods"}, "The arguments cannot be read: No closing quotation."),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(
    run: Run, cluster: Cluster, more: dict[str, str], reason: str
) -> None:
    done = kubectl(run, cluster, **more)
    assert (done.state, done.reason, done.log) == ("failed", reason, "")


def test_a_worker_without_kubectl_says_what_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """S1: what a template needs is looked for before its script runs."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    done = run(
        "kubectl", {"Secret": TOKEN}, Server="https://localhost", Token="#{Secret}", Arguments="get cm"
    )
    assert done.state == "failed"
    assert done.reason == "built-in lacks what this step needs, so install it there: kubectl"
