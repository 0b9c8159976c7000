"""Unix sockets in private folders: paths of any length, and the account at the other end."""

from __future__ import annotations

import os
import socket
import struct
import sys
from contextlib import contextmanager, suppress
from typing import Iterator

LONGEST = 100  # bytes that every system takes as the path of a socket
BACKLOG = 16
_CREDENTIALS = struct.Struct("3i")  # process, user, group


@contextmanager
def short_path(path: str) -> Iterator[str]:
    """Yield the path, or a short alias of it: the kernel limits it to about a hundred bytes.

    Raises OSError where no alias can be had.
    """
    if len(os.fsencode(path)) <= LONGEST:
        yield path
        return
    if not os.path.isdir("/proc/self/fd"):
        raise OSError(f"its path is longer than {LONGEST} bytes: say a shorter one with --state")
    way = getattr(os, "O_PATH", os.O_RDONLY)
    folder = os.open(os.path.dirname(path), way | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)


def listen(path: str) -> socket.socket:
    """Return a socket that listens by a path, private to this account, in place of what has it.

    Raises OSError.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            os.unlink(path)
        before = os.umask(0o177)
        try:
            with short_path(path) as short:
                listener.bind(short)
        finally:
            os.umask(before)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def peer_account(connection: socket.socket) -> int:
    """Return the uid of the other end of a connection, from the kernel and never from the peer."""
    if sys.platform == "linux":
        found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(found)[1])
    return int(struct.unpack("2I", connection.getsockopt(0, 1, 8))[1])  # macOS: LOCAL_PEERCRED
