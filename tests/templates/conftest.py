"""Shipped templates run as steps of a run, against servers on this machine."""

import json
import os
import shutil
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import tomli_w
import trustme

from octotui.cli.main import cli
from tests.templates.cluster import Cluster

if TYPE_CHECKING:
    from tests.kube_api import KubeApi
    from tests.templates.clusters import OnCluster
    from tests.templates.office import Office
    from tests.templates.store import Store


class Told(NamedTuple):
    """What a run printed as JSON, its exit code, and where its state is kept."""

    code: int
    events: list[Any]
    state: Path

    def ended(self, job: str) -> Any:
        """How the last attempt at a job ended."""
        return [each for each in self.events if each["type"] == "JobEnded" and each["job"] == job][-1]

    def log(self, job: str) -> str:
        """What a job printed; who prints nothing has no log."""
        return "".join(each.read_text("utf-8") for each in self.state.glob(f"*/logs/*/{job}.log"))


Verb = Callable[..., Told]


@pytest.fixture
def octotui(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verb:
    """Call a verb on a model with variables of the run, in a state of its own; python3 is this Python."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    def call(verb: str, file: Path, *words: str, **given: str) -> Told:
        sets = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli([verb, str(file), *words, *sets, "--json", "--state", f"{tmp_path}/state"])
        *events, _ = map(json.loads, capsys.readouterr().out.splitlines() or ["null"])
        return Told(int(left.value.code or 0), events, tmp_path / "state")

    return call


class Done(NamedTuple):
    """What came of the one step: its state, why it failed, what it set, what it warned of, and its log."""

    state: str
    reason: str
    outputs: dict[str, str]
    warnings: list[str]
    log: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, octotui: Verb) -> Run:
    """Run a step of a template; `given` are variables, to which its parameters may refer."""

    def call(template: str, given: dict[str, str] | None = None, **parameters: object) -> Done:
        step = {"name": "Do it", "template": template, "parameters": parameters}
        tables = {
            "space": {"name": "Templates"},
            "engine": {"environment": ["SSL_CERT_FILE"]},
            "variables": given or {},
            "runbooks": {"r": {"steps": [step]}},
        }
        (tmp_path / "model.toml").write_text(tomli_w.dumps(tables), encoding="utf-8")
        told = octotui("run", tmp_path / "model.toml", "r")
        ended = [each for each in told.events if each["type"] == "JobEnded"][-1]
        found = (ended[key] for key in ("state", "reason", "outputs", "warnings"))
        return Done(*found, told.log(ended["job"]))

    return call


class Asked(NamedTuple):
    """A request that came to the web server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Web(ThreadingHTTPServer):
    """A web server that remembers what it was asked, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], tuple[int, bytes]] = {}  # by method and path; the others: 200, ok

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Web

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        status, content = self.server.answers.get((self.command, self.path), (200, b"ok"))
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", content.decode())
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def server() -> Iterator[Web]:
    with Web() as web:
        threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield web
        web.shutdown()


@pytest.fixture
def web(server: Web) -> Web:
    """The web server, with nothing asked yet and nothing told."""
    server.asked.clear()
    server.answers.clear()
    return server


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who made the certificates of the servers, which are called localhost."""
    return trustme.CA()


@pytest.fixture(scope="session")
def encrypted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def cluster(authority: trustme.CA, encrypted: ssl.SSLContext) -> Iterator[Cluster]:
    """A Kubernetes API server, where there is a kubectl to talk to it."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine")
    with Cluster(encrypted, authority.cert_pem.bytes().decode()) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def opened_office(encrypted: ssl.SSLContext) -> Iterator["Office"]:
    from tests.templates.office import Office

    opened = Office(encrypted)
    yield opened
    opened.close()


@pytest.fixture
def office(
    opened_office: "Office", authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Office":
    """The mail servers, whose certificates the worker trusts, with nothing in the box yet."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    opened_office.box.mails.clear()
    return opened_office


@pytest.fixture(scope="session")
def opened_store() -> Iterator["Store"]:
    from moto.server import ThreadedMotoServer

    from tests.templates.store import Store

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    store = Store(f"http://{host}:{port}")
    yield store
    store.client.close()
    server.stop()


@pytest.fixture
def store(opened_store: "Store") -> "Store":
    """An S3 server with nothing in its buckets."""
    opened_store.empty()
    return opened_store


@pytest.fixture
def on_cluster(octotui: Verb, tmp_path: Path, kube: "KubeApi") -> "OnCluster":
    """Run steps of templates on a Kubernetes target."""
    from tests.templates.clusters import OnCluster

    return OnCluster(octotui, tmp_path, kube)
