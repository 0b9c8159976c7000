"""R4, M2: an attempt that was started is known even where its job has removed all there was of it."""

import os
from pathlib import Path

import pytest

from octotui.workers.local.supervisors import started_attempts
from octotui.workers.local.supervisors.started_attempts import StartedAttempts


def read(path: Path) -> dict[str, str]:
    return dict(StartedAttempts(str(path)).read())


def test_m2_what_was_started_is_noted_by_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    notes = StartedAttempts(str(path))
    notes.note("space-1-1", "job-1.1-1")
    notes.note("space-1-2", "job-1.2-1")
    assert read(path) == {"space-1-1": "job-1.1-1", "space-1-2": "job-1.2-1"}
    assert path.stat().st_mode & 0o777 == 0o600
    notes.forget("job-1.1-1")
    assert read(path) == {"space-1-2": "job-1.2-1"}
    notes.note("space-1-1", "job-1.3-1")
    assert read(path) == {"space-1-2": "job-1.2-1", "space-1-1": "job-1.3-1"}
    notes.keep({"job-1.3-1"})
    assert path.read_text() == "space-1-1 job-1.3-1\n"
    notes.end()
    assert path.exists()
    notes.keep(())
    assert not path.exists()


def test_m2_an_attempt_is_in_the_folder_that_was_noted_last(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("space-1-1 job-1.1-1\nspace-1-2 job-1.1-1\nspace-1-3 a\nspace-1-3 b\ntorn c")
    assert read(path) == {"space-1-2": "job-1.1-1", "space-1-3": "b"}


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\n", b"a\n", b"../../etc job\n", b"a b c\n", b"\n" * 100, b"x" * 5000]
)
def test_r6_what_is_no_note_says_nothing(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "notes").write_bytes(body)
    assert read(tmp_path / "notes") == {}


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "removed", "replaced"])
def test_r6_whatever_stands_in_its_place_makes_way(tmp_path: Path, what: str) -> None:
    path = tmp_path / "notes"
    notes = StartedAttempts(str(path))
    notes.note("space-1-1", "job-1.1-1")
    path.unlink()
    if what == "link":
        (tmp_path / "beside").touch()
        path.symlink_to(tmp_path / "beside")
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        (path / "deep").mkdir(parents=True)
    elif what == "replaced":
        path.write_text("space-1-9 job-9.9-9\n")
    assert read(path) == ({"space-1-9": "job-9.9-9"} if what == "replaced" else {})
    notes.note("space-1-2", "job-1.2-1")
    assert read(path) == {"space-1-1": "job-1.1-1", "space-1-2": "job-1.2-1"}
    assert what != "link" or (tmp_path / "beside").read_text() == ""
    notes.close()


def test_it_does_not_grow_with_what_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started_attempts, "MANY", 20)
    notes = StartedAttempts(str(tmp_path / "notes"))
    for number in range(200):
        notes.note("space-1-1", f"job-{number}")
        notes.forget(f"job-{number}")
    assert len((tmp_path / "notes").read_text().splitlines()) <= 21
    notes.end()
