"""Safe opening of files in folders that a job can write to: links, pipes or devices may replace them."""

from __future__ import annotations

import os
import stat

NEVER_WAIT = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class IrregularFile(OSError):
    """Raised when a name is not that of the expected regular file."""


def open_regular(path: str, flags: int, like: int | None = None) -> int:
    """Open a regular file, created with mode 0600 if `flags` say so; with `like`, only that descriptor's.

    Raises OSError. Never blocks on a writer, a lease or a device, and follows no link.
    """
    file = os.open(path, flags | NEVER_WAIT, 0o600)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise IrregularFile(f"{path} is no ordinary file")
        if like is not None and not os.path.samestat(found, os.fstat(like)):
            raise IrregularFile(f"{path} was replaced")
        os.set_blocking(file, True)  # programs may fail on a non-blocking output
    except OSError:
        os.close(file)
        raise
    return file


def make_private(path: str, body: bytes) -> None:
    """Write a new file with mode 0600. Raises OSError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(file, body)
    finally:
        os.close(file)


def write_all(file: int, body: bytes) -> None:
    """Write all bytes, at once if possible, so that nobody reads half of a line. Raises OSError."""
    written = 0
    while written < len(body):
        written += os.write(file, body[written:] if written else body)


def is_same(path: str, file: int) -> bool:
    """Return whether a path is the only name of the open file."""
    try:
        named, opened = os.lstat(path), os.fstat(file)
    except OSError:
        return False
    return os.path.samestat(named, opened) and opened.st_nlink == 1
