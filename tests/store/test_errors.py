import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from octotui.store.errors import Damaged, unreadable, unusable, written


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (PermissionError(13, "Permission denied", "x"), "j cannot be used: Permission denied"),
        (OSError("odd"), "j cannot be used: odd"),
        (
            sqlite3.DatabaseError("file is not a database"),
            "j is damaged (file is not a database): open the space to go on with what can be read of it",
        ),
        (
            sqlite3.OperationalError("database or disk is full"),
            "j cannot be written, the disk is full: make room and open the space again",
        ),
        (
            sqlite3.OperationalError("Could not decode to UTF-8 column 'name' with text '\ufffd'"),
            "j is damaged (Could not decode to UTF-8 column 'name' with text '\ufffd'):"
            " open the space to go on with what can be read of it",
        ),
        (sqlite3.OperationalError("database is locked"), "j cannot be used: database is locked"),
    ],
)
def test_each_problem_is_a_sentence(problem: OSError | sqlite3.Error, sentence: str) -> None:
    assert str(unusable(Path("j"), problem)) == sentence


@pytest.mark.parametrize(
    ("code", "damaged"), [(sqlite3.SQLITE_IOERR_SHORT_READ, True), (sqlite3.SQLITE_IOERR_READ, False)]
)
def test_r4_a_file_that_ends_early_is_damaged_and_a_disk_that_fails_is_not(code: int, damaged: bool) -> None:
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = code
    assert isinstance(unusable(Path("j"), problem), Damaged) == damaged


def with_code(code: int) -> sqlite3.OperationalError:
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = code
    return problem


@pytest.mark.parametrize(
    ("problem", "free", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 9, True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 9, True),
        (OSError(errno.EIO, "Input/output error"), 0, False),
        (with_code(sqlite3.SQLITE_FULL), 9, True),
        (with_code(sqlite3.SQLITE_IOERR_SHMSIZE), 0, True),
        (with_code(sqlite3.SQLITE_IOERR_SHMSIZE), 9, False),
        (with_code(sqlite3.SQLITE_BUSY), 0, False),
    ],
)
def test_r4_a_full_disk_is_called_full(
    problem: OSError | sqlite3.Error, free: int, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: SQLite does not say why its files beside the journal cannot be written."""
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=free, f_bfree=free))
    sentence = "j cannot be written, the disk is full: make room and open the space again"
    assert (str(unusable(Path("j"), problem)) == sentence) == full


def test_a_disk_that_cannot_be_asked_is_not_called_full() -> None:
    problem = with_code(sqlite3.SQLITE_IOERR_SHMSIZE)
    assert str(unusable(Path("/no/such/j"), problem)) == "/no/such/j cannot be used: disk I/O error"


def test_a_write_that_is_refused_says_why() -> None:
    assert written(OSError(errno.ENOSPC, "No space left on device")) == "the disk is full: make room"
    assert written(OSError(errno.EACCES, "Permission denied")) == "Permission denied"
    assert written(OSError("odd")) == "odd"


@pytest.mark.parametrize(
    ("body", "damaged"),
    [
        (b'{"type":"RunDreamt","run":"run-1","seq":3,"at":1.5}', False),
        (b'{"type":"RunStarted","run":7,"seq":3,"at":1.5}', False),
        (b'{"type":"RunStarted"}', True),
        (b"nonsense", True),
        (b"", True),
    ],
)
def test_an_event_that_only_a_newer_octotui_knows_is_no_damage(body: bytes, damaged: bool) -> None:
    found = unreadable(Path("j"), 3, body, msgspec.MsgspecError("odd"))
    assert isinstance(found, Damaged) == damaged
    assert (str(found) == "j: event 3 is damaged (odd)") == damaged
    assert str(found).endswith(": update") != damaged
