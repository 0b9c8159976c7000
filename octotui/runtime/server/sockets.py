"""The socket of a space: a file in its folder, however long the folder's path."""

import asyncio
import grp
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from octotui.runtime.server.peer_credentials import peer_ids, this_account
from octotui.store.accounts import account_name
from octotui.store.errors import StoreError, unusable
from octotui.store.folder_lock import note_of
from octotui.store.trusted_path import UntrustedPath

NAME = "socket"
AGAIN = 0.2  # seconds between two attempts to connect
_LONGEST = 100  # bytes that every system takes as the path of a socket


def listening(folder: Path, group: str | None = None) -> socket.socket:
    """Create a listening socket in a folder, for its owner, or a group's members too; raises StoreError."""
    path = folder / NAME
    new = folder / f"{NAME}.{os.getpid()}"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        new.unlink(missing_ok=True)
        with _reachable(new) as short:
            _bind_private(server, short)
        _let_in(folder, new, group)
        server.listen(128)
        new.replace(path)
    except (OSError, StoreError) as problem:
        server.close()
        with suppress(OSError):
            new.unlink()
        raise problem if isinstance(problem, StoreError) else unusable(path, problem) from problem
    server.setblocking(False)
    return server


def connected(folder: Path) -> socket.socket:
    """Return a socket connected to a space's server, without waiting.

    Raises OSError where there is none, BlockingIOError where too many wait for it already, StoreError where
    access is denied, or the server's account does not own the folder.
    """
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.setblocking(False)  # the queue of a server that was stopped fills up
    try:
        with _reachable(folder / NAME) as short:
            client.connect(short)
        _check_server(folder, peer_ids(client)[0])
    except (OSError, StoreError) as problem:
        client.close()
        if isinstance(problem, PermissionError):
            raise StoreError(
                f"{folder} cannot be used: it does not let {this_account()} in; its owner may name a group "
                "of yours in [access] of the model"
            ) from problem
        raise
    return client


async def reached(folder: Path) -> socket.socket:
    """Return a socket connected to a space's server, once it gets round to it; raises as `connected` does."""
    while True:
        with suppress(BlockingIOError):
            return connected(folder)
        await asyncio.sleep(AGAIN)


async def greets(folder: Path, hello: bytes, seconds: float) -> bool:
    """Return whether a space's server answers `hello` on a new connection; raises as `connected` does."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_unix_connection(sock=await reached(folder))
            try:
                writer.write(hello)
                return await reader.read(1) != b""
            finally:
                writer.close()
    except TimeoutError:
        return False


def unanswered(folder: Path, process: int = 0) -> str:
    """Say that the server of a space, a `process` if known, does not answer, and what to do about it."""
    pid = process or note_of(folder).process
    sentence = f"the server of {folder.name} does not answer"
    if not pid:
        return f"{sentence}: try it again later"
    return (
        f"{sentence} (pid {pid}): where it was stopped, kill -CONT {pid} lets it go on;"
        f" kill -KILL {pid} ends it, and nothing is lost"
    )


def _check_server(folder: Path, uid: int) -> None:
    """Refuse a server of another account than the folder's owner, before anything is sent."""
    owner = folder.stat().st_uid
    if uid != owner:
        name = account_name(owner)
        raise UntrustedPath(
            f"the server in {folder} runs as {account_name(uid)}, but the folder belongs to {name}: "
            f"nothing was sent to it; have it stopped, and let {name} start the server"
        )


def _bind_private(server: socket.socket, path: str) -> None:
    """Bind a socket whose file is private to its owner from the start."""
    before = os.umask(0o177)
    try:
        server.bind(path)
    finally:
        os.umask(before)


@contextmanager
def _reachable(path: Path) -> Iterator[str]:
    """Yield the path, or a short alias of it: the kernel limits it to about a hundred bytes."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    if not Path("/proc/self/fd").is_dir():
        raise OSError(f"its path is longer than {_LONGEST} bytes: say a shorter one with --state")
    way = getattr(os, "O_PATH", os.O_RDONLY)  # a group's members can traverse the folder, but not read it
    folder = os.open(path.parent, way | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _let_in(folder: Path, path: Path, group: str | None) -> None:
    """Let the members of a group connect, where one is named; else only the owner can."""
    if group is None:
        folder.chmod(0o700)
        return
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise StoreError(f'[access] names the group "{group}", which this machine does not have') from None
    for each, mode in ((folder, 0o710), (path, 0o660)):
        os.chown(each, -1, number)
        each.chmod(mode)
