"""The socket of a space: a file in its folder, however long the path of that is."""

import grp
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from octotui.store.errors import StoreError, unusable

NAME = "socket"
_LONGEST = 100  # bytes that every system takes as the path of a socket


def listening(folder: Path, group: str | None = None) -> socket.socket:
    """A new socket in a folder, for its owner, or for a group's members too; raises StoreError."""
    path = folder / NAME
    new = folder / f"{NAME}.{os.getpid()}"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        new.unlink(missing_ok=True)
        with _reachable(new) as short:
            server.bind(short)
        _let_in(folder, new, group)
        server.listen(128)
        new.replace(path)
    except (OSError, StoreError) as problem:
        server.close()
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise problem if isinstance(problem, StoreError) else unusable(path, problem) from problem
    server.setblocking(False)
    return server


def connected(folder: Path) -> socket.socket:
    """A socket that is connected to the server of a space; raises OSError where nobody answers."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _reachable(folder / NAME) as short:
            client.connect(short)
    except OSError:
        client.close()
        raise
    client.setblocking(False)
    return client


@contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """The path, or a shorter one by way of its folder: the kernel takes only a hundred bytes."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    if not Path("/proc/self/fd").is_dir():
        raise OSError(f"its path is longer than {_LONGEST} bytes: say a shorter one with --state")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _let_in(folder: Path, path: Path, group: str | None) -> None:
    """Let the owner connect, and the members of a group where one is named."""
    if group is None:
        path.chmod(0o600)
        folder.chmod(0o700)
        return
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise StoreError(f'[access] names the group "{group}", which this machine does not have') from None
    for each, mode in ((folder, 0o710), (path, 0o660)):
        os.chown(each, -1, number)
        each.chmod(mode)
