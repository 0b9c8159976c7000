"""Errors of the disk, each as one sentence."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import sqlite3

SHORT_READ = 522  # SQLITE_IOERR_SHORT_READ; `check` does without loading sqlite3


DAMAGE = ("not a database", "malformed", "Could not decode")
"""In messages of SQLite about a file that is damaged; the last is that of a text that is no UTF-8."""

UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, TypeError, RecursionError)
"""What decoding a value of a damaged row raises; TypeError where it is NULL or a number."""


FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
SQLITE_IOERR, SQLITE_FULL = 10, 13  # the lower byte of SQLite's codes


class StoreError(Exception):
    """Something could not be written or read; the text is a sentence that says what and where."""


class InUse(StoreError):
    """Another process holds the space."""


class Damaged(StoreError):
    """Stored data is corrupt; opening the space recovers what can be read."""


def unusable(path: Path, problem: "OSError | sqlite3.Error") -> StoreError:
    """Return the error for a file that the system or SQLite refused."""
    if is_full(path, problem):
        return StoreError(f"{path} cannot be written, the disk is full: make room and open the space again")
    if isinstance(problem, OSError):
        return StoreError(f"{path} cannot be used: {problem.strerror or problem}")
    text = str(problem)
    # The file ends before a page that SQLite has read of: newer ones say so, older ones that it is malformed.
    ends_early = getattr(problem, "sqlite_errorcode", None) == SHORT_READ
    if ends_early or any(sign in text for sign in DAMAGE):
        return Damaged(f"{path} is damaged ({text}): open the space to go on with what can be read of it")
    return StoreError(f"{path} cannot be used: {text}")


def is_full(path: Path, problem: "OSError | sqlite3.Error") -> bool:
    """Return whether a write failed since no room is left.

    Of its own files beside the journal SQLite says only that they cannot be written, so the disk is asked.
    """
    if isinstance(problem, OSError):
        return problem.errno in FULL
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF
    return code == SQLITE_FULL or "full" in str(problem) or (code == SQLITE_IOERR and not _has_room(path))


def _has_room(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return True  # nothing is known of it
    return (disk.f_bavail if os.geteuid() else disk.f_bfree) > 0


def written(problem: OSError) -> str:
    """Return why the system refused a write."""
    return "the disk is full: make room" if problem.errno in FULL else problem.strerror or str(problem)


class Envelope(msgspec.Struct, frozen=True):
    """The fields that every event of every version has."""

    type: str
    seq: int
    at: float


def unreadable(path: Path, seq: int, body: bytes, problem: Exception) -> StoreError:
    """Return the StoreError for a body that cannot be decoded: damaged, or written by a newer octotui."""
    try:
        kind = msgspec.json.decode(body, type=Envelope).type
    except UNDECODABLE:
        return Damaged(f"{path}: event {seq} is damaged ({problem})")
    return StoreError(f"{path} was written by a newer octotui (event {seq}, {kind}: {problem}): update")


def malformed(what: str) -> "sqlite3.DatabaseError":
    """Return the error for a row whose values do not fit, as SQLite keeps any value in any column."""
    import sqlite3  # noqa: PLC0415 - `check` does without loading it

    return sqlite3.DatabaseError(f"malformed {what}")


def suspect(path: Path) -> Path:
    """Return the path of the note that a write found damage, for which the next opening checks everything."""
    return path.with_suffix(".suspect")
