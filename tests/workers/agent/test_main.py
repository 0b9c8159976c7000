import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from octotui.workers.agent.frames import FrameReader, head
from octotui.workers.agent.record import read_record
from octotui.workers.agent_program import archive
from tests.workers.agents import living


class Talk:
    """A connection to an agent, with the frames that it says."""

    def __init__(self, folder: Path) -> None:
        self._stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stream.connect(str(folder / "socket"))
        self._stream.settimeout(10)
        self._reader = FrameReader()
        self._frames: list[tuple[dict[str, Any], bytes]] = []

    def ask(self, header: dict[str, Any], payload: bytes = b"") -> None:
        self._stream.sendall(head(header, len(payload)) + payload)

    def hear(self) -> dict[str, Any] | None:
        while not self._frames:
            count = self._stream.recv_into(self._reader.space())
            if not count:
                return None
            self._frames += self._reader.complete(count)
        return self._frames.pop(0)[0]

    def raw(self, body: bytes) -> None:
        self._stream.sendall(body)

    def close(self) -> None:
        self._stream.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an agent that was started as any starter does."""
    path = tmp_path / "agent" / "v"
    path.mkdir(parents=True, mode=0o700)
    (path / "program").write_bytes(archive())
    start(path)
    yield path
    for pid in living(tmp_path):
        os.kill(pid, 9)


def start(path: Path) -> int:
    lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    (path / "socket").unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path / "socket"))
    listener.listen(16)
    moved = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (listener.fileno(), lock)]
    problems = os.open(path / "problems", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    actions = [
        (os.POSIX_SPAWN_DUP2, each, number)
        for each, number in zip((problems, *moved), (2, 3, 4), strict=True)
    ]
    command = (sys.executable, "-I", "-S", str(path / "program"), str(path))
    pid = os.posix_spawn(
        sys.executable, command, {"PATH": "/usr/bin:/bin"}, file_actions=actions, setsid=True
    )
    for each in (*moved, problems, lock):
        os.close(each)
    listener.close()
    threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
    return pid


def ended(folder: Path) -> bool:
    end = time.monotonic() + 15
    while list(living(folder)) and time.monotonic() < end:
        time.sleep(0.01)
    return not list(living(folder))


def test_an_agent_keeps_nothing_open_that_its_starter_has_left_open(tmp_path: Path) -> None:
    """Who waits for the end of a pipe, as for a server that is being started, does not wait for the agent."""
    path = tmp_path / "agent" / "v"
    path.mkdir(parents=True)
    (path / "program").write_bytes(archive())
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    start(path)
    talk = Talk(path)
    talk.ask({"do": "ping"})
    assert talk.hear() == {"say": "pong"}
    os.close(writing)
    os.set_blocking(reading, False)
    assert os.read(reading, 1) == b""
    os.close(reading)
    talk.ask({"do": "bye"})
    talk.close()
    assert ended(tmp_path)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_r4_an_agent_listens_anew_where_its_socket_was_removed(folder: Path, is_replaced: bool) -> None:
    talk = Talk(folder)
    talk.ask({"do": "ping"})
    assert talk.hear() == {"say": "pong"}
    talk.close()
    (folder / "socket").unlink()
    if is_replaced:
        (folder / "socket").touch()
    end = time.monotonic() + 10
    while not (folder / "socket").is_socket() and time.monotonic() < end:
        time.sleep(0.01)
    assert (folder / "socket").stat().st_mode & 0o777 == 0o600
    later = Talk(folder)
    later.ask({"do": "bye"})
    assert later.hear() == {"say": "bye"}
    later.close()
    assert ended(folder.parent.parent)


def test_m2_an_agent_takes_up_when_told_what_another_version_has_left(folder: Path) -> None:
    """M2: it records it first, and leaves alone what an agent that lives has."""
    talk = Talk(folder)
    talk.ask({"do": "look", "job": "space/a", "directory": "x"})
    assert talk.hear() == {"say": "status", "job": "space/a", "state": "nothing"}
    for name in ("gone", "lives"):
        (folder.parent / name).mkdir()
        record = f'["begun","space/{name}","x/work/{name}",1,2,1]\n["ended","space/{name}",5]\n'
        (folder.parent / name / "record").write_text(record)
    (folder.parent / "gone" / "lock").touch()
    with (folder.parent / "lives" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        talk.ask({"do": "adopt"})
        for name, state in (("gone", "ended"), ("lives", "nothing")):
            talk.ask({"do": "look", "job": f"space/{name}", "directory": "x"})
            status = talk.hear()
            assert status is not None
            assert status["state"] == state
    assert not (folder.parent / "gone").exists()
    assert (folder.parent / "lives" / "record").exists()
    assert read_record(str(folder / "record"))["space/gone"].code == 5
    talk.ask({"do": "follow", "job": "space/gone", "from": [0]})
    report = talk.hear()
    assert report is not None
    assert report["code"] == 5
    talk.close()


def test_the_newest_connection_has_the_agent(folder: Path) -> None:
    first = Talk(folder)
    first.ask({"do": "look", "job": "a", "directory": "x"})
    assert first.hear() == {"say": "status", "job": "a", "state": "nothing"}
    second = Talk(folder)
    assert first.hear() == {"say": "superseded"}
    assert first.hear() is None
    second.ask({"do": "look", "job": "a", "directory": "x"})
    assert second.hear() is not None
    second.ask({"do": "bye"})
    for each in (first, second):
        each.close()
    assert ended(folder.parent.parent)


@pytest.mark.parametrize(
    "strange",
    [
        b"\xff" * 50,
        head({"do": "dance"}),
        head({}),
        head({"do": "start"}),
        head({"do": "start", "job": "a", "lengths": [-1] * 5}),
        head({"do": "follow", "job": "a", "from": "x"}),
        head({"do": "stop", "job": "a", "grace": None}),
        head({"do": "keep", "jobs": 7}),
    ],
)
def test_r6_who_talks_strangely_is_hung_up_on_and_nothing_else_happens(folder: Path, strange: bytes) -> None:
    talk = Talk(folder)
    talk.raw(strange)
    assert talk.hear() is None
    again = Talk(folder)
    again.ask({"do": "look", "job": "a", "directory": "x"})
    assert again.hear() is not None
    for each in (talk, again):
        each.close()


def test_an_agent_of_which_nobody_wants_anything_ends(folder: Path) -> None:
    Talk(folder).close()
    assert ended(folder.parent.parent)
    assert (folder / "problems").read_text() == ""


def test_what_an_agent_of_another_version_left_is_taken_over(tmp_path: Path, folder: Path) -> None:
    assert ended(tmp_path)
    other = folder.parent / "other"
    other.mkdir()
    (other / "lock").touch()
    (other / "record").write_bytes(b'["begun","a","../../w/work/x",1,2,1]\n["ended","a",3]\n')
    start(folder)
    talk = Talk(folder)
    talk.ask({"do": "look", "job": "a", "directory": "../../w"})
    assert talk.hear() == {"say": "status", "job": "a", "state": "ended", "folder": "x"}
    assert not other.exists()
    assert b'"ended", "a", 3' in (folder / "record").read_bytes()
    talk.ask({"do": "forget", "job": "a"})
    talk.ask({"do": "bye"})
    talk.close()
    assert ended(tmp_path)
