"""Errors of the disk, each as one sentence."""

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


class StoreError(Exception):
    """Something could not be written or read; the text is a sentence that says what and where."""


class InUse(StoreError):
    """Another process holds the space."""


class Damaged(StoreError):
    """Stored data is corrupt; opening the space recovers what can be read."""


def unusable(path: Path, problem: "OSError | sqlite3.Error") -> StoreError:
    """Return the error for a file that the system or SQLite refused."""
    if isinstance(problem, OSError):
        return StoreError(f"{path} cannot be used: {problem.strerror or problem}")
    text = str(problem)
    # The file ends before a page that SQLite has read of: newer ones say so, older ones that it is malformed.
    ends_early = getattr(problem, "sqlite_errorcode", None) == SHORT_READ
    if ends_early or any(sign in text for sign in DAMAGE):
        return Damaged(f"{path} is damaged ({text}): open the space to go on with what can be read of it")
    if "full" in text:
        return StoreError(f"{path} cannot be written, the disk is full: make room and open the space again")
    return StoreError(f"{path} cannot be used: {text}")


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
