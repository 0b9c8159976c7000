import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from octotui.workers.agent.launch import SCRIPT, Launcher, LaunchError, split
from octotui.workers.agent.record import AgentRecord, read_record


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.chdir(tmp_path)
    folder = os.open(tmp_path, os.O_RDONLY)
    yield folder
    os.close(folder)


def asked(
    directory: str, *arguments: bytes, script: bytes = b"", **more: Any
) -> tuple[dict[str, Any], bytes]:
    texts = (script, b"values", b"memo\n", b"\0".join(arguments), b"PATH=/usr/bin:/bin\0A=b=c\0")
    header = {"directory": directory, "space": "space", "values_in": "VALUES", "files": "777"}
    return header | {"lengths": [*map(len, texts)]} | more, b"".join(texts)


def test_a_script_leads_a_session_in_its_workspace(tmp_path: Path, home: int) -> None:
    """S7, V5: with the environment and the limits that it was given, and nothing else but its lock."""
    script = (
        b'echo "$PWD $A $(cat "$VALUES") $(ulimit -S -n) $$"; ls /proc/$$/fd; ps -o sid= -p $$; echo no >&2'
    )
    record = AgentRecord("record", {})
    header, payload = asked("worker", b"/bin/sh", SCRIPT, script=script, streams=2)
    done = Launcher(home).launch("a", header, split(header, payload), record)
    assert os.waitstatus_to_exitcode(os.waitpid(done.pid, 0)[1]) == 0
    folder = tmp_path / done.path
    first, *rest = (folder / "spool").read_text().split("\n")
    assert first == f"{folder} b=c values 777 {done.pid}"
    assert {"0", "1", "2", "3"} <= set(rest)
    assert str(done.pid) in "".join(rest).split()[-1]
    assert (folder / "errors").read_text() == "no\n"
    assert Path.cwd() == tmp_path
    record.flush()
    assert read_record("record")["a"].pid == done.pid
    for file in (*done.spools, done.directory):
        os.close(file)


@pytest.mark.parametrize(
    ("directory", "program", "stage", "why"),
    [
        ("file", b"/bin/sh", "directory", "Not a directory: file/work"),
        ("worker", b"/none", "shell", "No such file or directory: /none"),
    ],
)
def test_what_cannot_begin_is_forgotten(
    tmp_path: Path, home: int, directory: str, program: bytes, stage: str, why: str
) -> None:
    (tmp_path / "file").touch()
    record = AgentRecord("record", {})
    header, payload = asked(directory, program)
    with pytest.raises(LaunchError) as refused:
        Launcher(home).launch("a", header, split(header, payload), record)
    assert (refused.value.stage, str(refused.value)[: len(why)]) == (stage, why)
    record.flush()
    assert read_record("record") == {}
    assert not list(tmp_path.glob("worker/work/*"))


def test_r6_lengths_that_do_not_fit_are_refused() -> None:
    header, payload = asked("worker", b"sh")
    for lengths in ([1], [len(payload) + 1, -1, 0, 0, 0], [0] * 5, ["x"] * 5):
        with pytest.raises(ValueError):  # noqa: PT011
            split({**header, "lengths": lengths}, payload)
