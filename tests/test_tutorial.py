"""The tutorial: its model is clean after each block, is that in `configs/`, and does what the page says."""

import json
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pexpect
import pytest

from octotui.cli.model_files import read_with_warnings
from tests.cli.conftest import ROOT, Call, octotui
from tests.docs.generated import DOCS, TUTORIAL, tutorial_model
from tests.docs.markdown_pages import continued

__all__ = ["octotui"]
PASSWORD = "correct-horse-battery"
BLOCKS = continued((DOCS / "tutorial.md").read_text("utf-8"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder that the page makes, with its model."""
    (tmp_path / "example-password.txt").write_text(PASSWORD)
    (tmp_path / "backup.toml").write_text(tutorial_model())
    return tmp_path / "backup.toml"


@pytest.fixture
def call(octotui: Call, model: Path) -> Callable[..., tuple[int, str]]:
    """Call `octotui run` on the model, with the databases in the test's folder; its exit code and output."""

    def call(process: str, *options: str) -> tuple[int, str]:
        folder = model.parent
        where = ("--set", f"Folder={folder / 'databases'}", "--state", folder / "state")
        said = octotui("run", model, process, *options, *where)
        return said.code, said.out + said.err

    return call


@pytest.fixture
def made(call: Callable[..., tuple[int, str]], model: Path) -> Path:
    """The three databases, each with a backup, and the restored one changed since."""
    assert call("make-databases")[0] == call("back-up")[0] == 0
    folder = model.parent / "databases"
    assert len([*folder.glob("*.backup")]) == len([*folder.glob("*.seal")]) == 3
    (folder / "stock.db").write_text("spoilt")
    return folder


def entries(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as opened:
        return opened.execute("select text from entries").fetchall()


def test_the_model_is_that_of_the_page() -> None:
    assert TUTORIAL.read_text("utf-8") == tutorial_model()


@pytest.mark.parametrize("blocks", range(1, len(BLOCKS) + 1))
def test_it_is_clean_after_each_block(model: Path, blocks: int) -> None:
    model.write_text("\n".join(BLOCKS[:blocks]))
    _, warnings = read_with_warnings(model)
    assert not warnings


def test_a_restore_is_approved(call: Callable[..., tuple[int, str]], made: Path) -> None:
    given = ("--set", "Database=stock", "--set-file", f"Password={made.parent / 'example-password.txt'}")
    code, said = call("restore", *given)
    assert code == 4
    assert "asks Database administrators" in said
    assert (made / "stock.db").read_text() == "spoilt"


def test_a_restore_puts_back_the_newest_backup(call: Callable[..., tuple[int, str]], made: Path) -> None:
    given = ("--set", "Database=stock", "--set-file", f"Password={made.parent / 'example-password.txt'}")
    code, said = call("restore", *given, "--abort")
    assert code == 1
    assert "skips “Put it back”" in said
    assert (made / "stock.db").read_text() == "spoilt"
    assert call("restore", *given, "--proceed")[0] == 0
    assert entries(made / "stock.db") == entries(made / "orders.db") == [("made by a runbook",)]
    kept = [each for each in (made.parent / "state").rglob("*") if each.is_file()]
    assert not any(PASSWORD.encode() in each.read_bytes() for each in kept)


def test_a_wrong_password_restores_nothing(call: Callable[..., tuple[int, str]], made: Path) -> None:
    (made.parent / "wrong.txt").write_text("wrong-horse")
    given = ("--set", "Database=stock", "--set-file", f"Password={made.parent / 'wrong.txt'}", "--proceed")
    code, said = call("restore", *given)
    assert code == 1
    assert "the password is wrong, or the backup was changed" in said


def test_the_password_is_typed_unseen(made: Path, model: Path) -> None:
    words = ["-m", "octotui", "run", str(model), "restore", "--set", "Database=stock", "--proceed"]
    words += ["--set", f"Folder={made}", "--state", str(made.parent / "state")]
    child = pexpect.spawn(sys.executable, words, cwd=str(ROOT), timeout=30, encoding="utf-8")
    child.expect("Password of the backups: ")
    child.sendline(PASSWORD)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert PASSWORD not in str(child.before)


@pytest.fixture
def chat() -> Iterator[tuple[str, list[str]]]:
    """An address that takes messages as Slack does, and the texts it was sent."""
    texts: list[str] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/services/hook", texts
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "text"),
    [("--proceed", "stock: restored"), ("--abort", "stock: step “Approve” failed: aborted by {user}")],
)
def test_a_message_says_how_it_went(
    call: Callable[..., tuple[int, str]],
    made: Path,
    model: Path,
    chat: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    text: str,
) -> None:
    address, texts = chat
    monkeypatch.setenv("SLACK_WEBHOOK", address)
    model.write_text(tutorial_model().replace("enabled = false", "enabled = true"))
    password = ("--set-file", f"Password={model.parent / 'example-password.txt'}")
    call("restore", "--set", "Database=stock", *password, answer)
    from octotui.cli.start_options import account

    assert texts == [text.format(user=account())]
