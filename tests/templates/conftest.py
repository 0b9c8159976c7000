"""Shipped templates run as steps of a run, against servers on this machine."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli_w

from octotui.cli.main import cli


class Done(NamedTuple):
    """What came of the one step: its state, why it failed, what it set, what it warned of, and its log."""

    state: str
    reason: str
    outputs: dict[str, str]
    warnings: list[str]
    log: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a step of a template; `given` are variables of the run, to which its parameters may refer."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    def call(template: str, given: dict[str, str] | None = None, **parameters: object) -> Done:
        step = {"name": "Do it", "template": template, "parameters": parameters}
        tables = {"space": {"name": "Templates"}, "runbooks": {"r": {"steps": [step]}}}
        (tmp_path / "model.toml").write_text(tomli_w.dumps(tables), encoding="utf-8")
        sets = [word for name, value in (given or {}).items() for word in ("--set", f"{name}={value}")]
        capsys.readouterr()
        with pytest.raises(SystemExit):
            cli(["run", f"{tmp_path}/model.toml", "r", *sets, "--json", "--state", f"{tmp_path}/state"])
        *events, _ = map(json.loads, capsys.readouterr().out.splitlines())
        ended = [each for each in events if each["type"] == "JobEnded"][-1]
        logs = (tmp_path / "state" / "templates" / "logs" / ended["run"]).glob(f"{ended['job']}.log")
        log = "".join(each.read_text("utf-8") for each in logs)  # who prints nothing has none
        return Done(ended["state"], ended["reason"], ended["outputs"], ended["warnings"], log)

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
