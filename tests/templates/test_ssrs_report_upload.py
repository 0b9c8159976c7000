"""The template ssrs-report-upload, against a server that speaks the part of the REST API it uses."""

import base64
import json
import re
import shutil
import struct
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.templates.conftest import Done, Run

PASSWORD = 'correct "horse" \\ battery'
ITEMS = "/reports/api/v2.0/CatalogItems"
CHALLENGE = b"NTLMSSP\0" + struct.pack("<I8sI8s8s8s8s", 2, b"", 0x8201, b"12345678", b"", b"", b"")


class Portal(ThreadingHTTPServer):
    """Holds items by their path, and lets in who knows the password, or answers an NTLM challenge."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.items: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/reports/"


class Handler(BaseHTTPRequestHandler):
    server: Portal
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scheme, _, told = self.headers.get("Authorization", "").partition(" ")
        raw = base64.b64decode(told or "")
        if scheme == "NTLM" and raw[8:9] == b"\x01":
            return self._say(401, "", f"NTLM {base64.b64encode(CHALLENGE).decode()}")
        known = raw == f"CORP\\ann:{PASSWORD}".encode() if scheme == "Basic" else raw[8:9] == b"\x03"
        if not known:
            return self._say(401, "", "NTLM")
        self.server.asked.append(f"{self.command} {self.path}")
        return self._say(*self._do(json.loads(body) if body else {}))

    def _do(self, item: dict[str, Any]) -> tuple[int, str]:
        path = urllib.parse.unquote(self.path)
        items = self.server.items
        if self.command == "POST" and path == ITEMS:
            if not item["Path"].startswith("/Sales/"):
                return 400, "no such folder"
            if item["Path"] in items:
                return 409, ""
            items[item["Path"]] = item | {"Id": f"id-{len(items)}"}
            return 201, ""
        if found := re.fullmatch(r".*\(Path='(.*)'\)", path):
            return 200, json.dumps({"Id": items[found[1].replace("''", "'")]["Id"]})
        assert self.command == "PUT"
        old = items[item["Path"]]
        assert path == f"{ITEMS}({old['Id']})"
        old.update(item)
        return 200, ""

    def _say(self, status: int, text: str, challenge: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[Portal]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    with Portal() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def upload(run: Run, portal: Portal, source: Path, password: str = PASSWORD, **more: object) -> Done:
    account = {"User": "CORP\\ann", "Password": "#{Secret}", "Authentication": "Basic"}
    where = {"Server": portal.url, "Source": str(source), "Folder": "/Sales"}
    return run("ssrs-report-upload", {"Secret": password}, **account | where | more)


def test_reports_are_new_and_then_replaced(run: Run, portal: Portal, tmp_path: Path) -> None:
    """S1, V5, V7: the contents arrive byte for byte; a report keeps its id; the password is in no log."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "O'Brien's Umsätze.rdl").write_bytes(bytes(range(256)))
    (folder / "Customers.rsd").write_bytes(b"<xml/>")
    (folder / "notes.txt").write_bytes(b"not a report")
    done = upload(run, portal, folder)
    paths = ["/Sales/Customers", "/Sales/O'Brien's Umsätze"]
    assert (done.state, done.reason, done.outputs) == ("succeeded", "", {"Paths": "\n".join(paths)})
    assert [(each["@odata.type"], each["Name"], each["Id"]) for each in portal.items.values()] == [
        ("#Model.DataSet", "Customers", "id-0"),
        ("#Model.Report", "O'Brien's Umsätze", "id-1"),
    ]
    assert base64.b64decode(portal.items[paths[1]]["Content"]) == bytes(range(256))
    (folder / "O'Brien's Umsätze.rdl").write_bytes(b"newer")
    again = upload(run, portal, folder)
    assert again.log.splitlines() == [f"{path} is replaced" for path in paths]
    assert portal.items[paths[1]]["Id"] == "id-1"
    assert base64.b64decode(portal.items[paths[1]]["Content"]) == b"newer"
    assert PASSWORD not in done.log + again.log


def test_ntlm_answers_the_challenge_of_the_server(run: Run, portal: Portal, tmp_path: Path) -> None:
    if "NTLM" not in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("the curl of this machine does not know NTLM")
    (tmp_path / "A.rdl").write_bytes(b"x" * 100_000)
    done = upload(run, portal, tmp_path / "A.rdl", Authentication="NTLM")
    assert (done.state, done.reason) == ("succeeded", "")
    assert len(base64.b64decode(portal.items["/Sales/A"]["Content"])) == 100_000


def test_failures_are_sentences(run: Run, portal: Portal, tmp_path: Path) -> None:
    report = tmp_path / "A.rdl"
    report.write_bytes(b"x")
    upload(run, portal, report)
    kept = upload(run, portal, report, Overwrite=False)
    wrong = upload(run, portal, report, password="battery")
    nowhere = upload(run, portal, report, Folder="/Nowhere")
    missing = upload(run, portal, tmp_path / "none")
    gone = upload(run, portal, report, Server="http://127.0.0.1:1")
    assert kept.reason == "/Sales/A is there already; tick Overwrite to replace it."
    assert wrong.reason == "The server does not accept the user and the password."
    assert nowhere.reason == "Uploading /Nowhere/A failed with 400: no such folder"
    assert missing.reason == f"There is no report (.rdl, .rsd) in {tmp_path}/none."
    assert gone.reason.startswith("The server cannot be reached: curl: (7)")
    assert {each.state for each in (kept, wrong, nowhere, missing, gone)} == {"failed"}
