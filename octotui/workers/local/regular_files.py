"""Open files in folders that a job can write to, where links, pipes and devices may stand in their place."""

import os
import stat

NEVER_WAIT = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class IrregularFile(OSError):
    """Something other than an ordinary file has the name of one."""


def open_regular(path: str, flags: int, like: int | None = None) -> int:
    """Open an ordinary file, made with mode 0600 where `flags` say so; where given, the one open as `like`.

    Raises OSError; never waits for a writer, a lease or a device, and follows no link.
    """
    file = os.open(path, flags | NEVER_WAIT, 0o600)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise IrregularFile(f"{path} is no ordinary file")
        if like is not None and not os.path.samestat(found, os.fstat(like)):
            raise IrregularFile(f"{path} was replaced")
    except OSError:
        os.close(file)
        raise
    return file


def is_same(path: str, file: int) -> bool:
    """Whether a path names the ordinary file that we have open, which has no other name."""
    try:
        named, opened = os.lstat(path), os.fstat(file)
    except OSError:
        return False
    return os.path.samestat(named, opened) and opened.st_nlink == 1
