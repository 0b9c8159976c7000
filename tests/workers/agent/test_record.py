import os
from pathlib import Path

import pytest

from octotui.workers.agent import record
from octotui.workers.agent.record import AgentRecord, RecordedAttempt, read_record

ONE = RecordedAttempt("../../work/a", 1, 2, 1)


def test_m2_what_was_begun_and_has_ended_is_read_again(tmp_path: Path) -> None:
    path = str(tmp_path / "record")
    kept = AgentRecord(path, {})
    for name in ("a", "b", "c"):
        kept.begin(name, ONE)
    kept.starts("a", 12, 3.5)
    kept.stop("a", 2.5)
    kept.end("a", -9)
    kept.end("b", None)
    kept.forget("c")
    kept.flush()
    left = read_record(path)
    assert left == {
        "a": ONE._replace(pid=12, started=3.5, has_ended=True, code=-9, grace=2.5),
        "b": ONE._replace(has_ended=True),
    }
    AgentRecord(path, left)
    assert read_record(path) == left
    assert b"forgotten" not in Path(path).read_bytes()


def test_an_incomplete_or_strange_line_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "record"
    AgentRecord(str(path), {}).begin("a", ONE)
    whole = path.read_bytes()
    for strange in (
        b"\xff\n",
        b"{}\n",
        b"[]\n",
        b"3\n",
        b'["ended","x",1]\n',
        b'["begun","y"]\n',
        b"[" * 9999 + b"\n",
    ):
        path.write_bytes(whole + strange + whole.replace(b'"a"', b'"b"') + b'["begun", "c"')
        assert read_record(str(path)) == {"a": ONE, "b": ONE}


def test_r6_no_record_is_read_from_a_link_or_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    assert [read_record(str(tmp_path / name)) for name in ("link", "pipe", "none")] == [{}, {}, {}]


def test_m2_what_cannot_be_recorded_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that was written in part spoils no other."""
    path = str(tmp_path / "record")
    kept, write = AgentRecord(path, {}), os.write
    monkeypatch.setattr(record.os, "write", lambda file, body: write(file, body[:5]))
    with pytest.raises(OSError, match="No space left"):
        kept.begin("a", ONE)
    monkeypatch.undo()
    kept.begin("b", ONE)
    assert read_record(path) == {"b": ONE}


def test_r5_a_record_does_not_grow_with_what_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "MANY", 10)
    path = tmp_path / "record"
    kept = AgentRecord(str(path), {})
    for number in range(200):
        kept.begin(f"job-{number}", ONE)
        kept.forget(f"job-{number}")
    assert path.read_bytes().count(b"\n") < 30


@pytest.mark.parametrize("failing", ["write", "replace", "ftruncate"])
def test_m2_a_record_that_cannot_be_rewritten_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """On a full disk; it goes on in the old file, and is rewritten when there is room."""
    monkeypatch.setattr(record, "MANY", 4)
    path = tmp_path / "record"
    kept, write, descriptors = (
        AgentRecord(str(path), {}),
        os.write,
        len(list(Path("/proc/self/fd").iterdir())),
    )
    kept.begin("left", ONE)
    inode = path.stat().st_ino

    def fail(file: int | str, body: bytes | int | str) -> int:
        if isinstance(file, int) and isinstance(body, bytes) and os.fstat(file).st_ino == inode:
            return write(file, body)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    for number in range(20):
        kept.begin(f"job-{number}", ONE)
        kept.forget(f"job-{number}")
    monkeypatch.undo()
    assert path.stat().st_ino == inode
    assert [each.name for each in tmp_path.iterdir()] == ["record"]
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    kept.begin("later", ONE)
    assert read_record(str(path)) == {"left": ONE, "later": ONE}
    monkeypatch.setattr(record, "MANY", 4)
    for number in range(20):
        kept.begin(f"job-{number}", ONE)
        kept.forget(f"job-{number}")
    assert path.stat().st_ino != inode
    assert path.read_bytes().count(b"\n") < 30
    kept.flush()
    assert read_record(str(path)) == {"left": ONE, "later": ONE}


def test_m2_attempts_of_another_record_are_taken_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "record")
    kept, write = AgentRecord(path, {"own": ONE}), os.write
    others = {"a": ONE._replace(pid=7, started=1.5), "b": ONE._replace(has_ended=True, code=3)}
    monkeypatch.setattr(record.os, "write", lambda file, body: write(file, body[:30]))
    with pytest.raises(OSError, match="No space left"):
        kept.take(others)
    monkeypatch.undo()
    assert read_record(path) == {"own": ONE}
    kept.take(others)
    kept.take({})
    assert read_record(path) == {"own": ONE} | others
    assert kept.attempt("b").code == 3


def test_m2_what_has_happened_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for the next beginning at most, and on a full disk until there is room."""
    path, written, write = str(tmp_path / "record"), [], os.write
    kept = AgentRecord(path, {})
    for name in ("a", "b"):
        kept.begin(name, ONE)

    def fail(file: int, body: bytes) -> int:
        raise OSError(28, "No space left on device")

    def note(file: int, body: bytes) -> int:
        written.append(body.count(b"\n"))
        return write(file, body)

    kept.starts("a", 12, 3.5)
    monkeypatch.setattr(record.os, "write", fail)
    kept.end("a", 0)
    kept.flush()
    monkeypatch.setattr(record.os, "write", note)
    kept.forget("b")
    kept.begin("c", ONE)
    kept.flush()
    assert written == [5]  # with the end of the line that could not be written
    assert read_record(path) == {"a": ONE._replace(pid=12, started=3.5, has_ended=True, code=0), "c": ONE}
