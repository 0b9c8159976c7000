"""Remembered requests: idempotency keys, so that a request sent twice takes effect once.

A row is written in the transaction of the events that a request led to. It holds hashes instead of the key
and the request: without the key nobody can guess from them what was requested (V5).
"""

import sqlite3
from hashlib import sha256
from hmac import digest

import msgspec

REMEMBERED = 24 * 3600.0  # seconds that a request is remembered
MOST = 10_000  # newest requests of each account that are remembered

# The table has no version of its own, so that an older octotui still opens the journal.
TABLE = """
CREATE TABLE IF NOT EXISTS requests (
    user TEXT NOT NULL, number INTEGER NOT NULL, name BLOB NOT NULL, digest BLOB NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (user, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS requests_by_name ON requests (user, name);
CREATE INDEX IF NOT EXISTS requests_by_time ON requests (at);
"""
FIND = "SELECT digest, first, last FROM requests WHERE user = ? AND name = ?"
ADD = """
INSERT OR REPLACE INTO requests SELECT :user, coalesce(max(number), 0) + 1, :name, :digest, :first, :last, :at
FROM requests WHERE user = :user
"""
FORGET_OLD = "DELETE FROM requests WHERE at < :over"
FORGET_MANY = """
DELETE FROM requests WHERE user = :user
AND number <= (SELECT max(number) FROM requests WHERE user = :user) - :most
"""
COPY = "SELECT * FROM requests WHERE last <= ?"
PASTE = "INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)"


class RequestId(msgspec.Struct, frozen=True):
    """The identity of a request: its account, the hash of its key, and a keyed hash of its content."""

    user: str
    name: bytes
    digest: bytes

    @classmethod
    def of(cls, user: str, key: str, request: bytes) -> "RequestId":
        """Return the id of a request that an account sent under a key."""
        secret = key.encode()
        return cls(user, sha256(secret).digest(), digest(secret, request, "sha256"))


class TakenRequest(msgspec.Struct, frozen=True):
    """A request that took effect: its time, and its first and last event, 0 where it led to none."""

    request: RequestId
    at: float
    first: int = 0
    last: int = 0


class Effect(msgspec.Struct, frozen=True):
    """The journal's row of a request: the hash of its content, and its first and last event."""

    digest: bytes
    first: int
    last: int


def remember(database: sqlite3.Connection, taken: TakenRequest) -> None:
    """Insert a request in the caller's transaction, and delete those that have expired."""
    request = taken.request
    values = {"user": request.user, "name": request.name, "digest": request.digest, "most": MOST}
    values |= {"first": taken.first, "last": taken.last, "at": taken.at, "over": taken.at - REMEMBERED}
    for statement in (FORGET_OLD, ADD, FORGET_MANY):
        database.execute(statement, values)


def copy_requests(source: sqlite3.Connection, new: sqlite3.Connection, last: int) -> None:
    """Copy the requests whose events a recovered journal has."""
    new.executemany(PASTE, source.execute(COPY, (last,)).fetchall())
