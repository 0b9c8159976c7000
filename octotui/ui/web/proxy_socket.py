"""The Unix socket that a proxy connects to: in a folder that can be trusted, for one server at a time."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from octotui.store.user_config import file_trust


class SocketInUse(Exception):
    """Another server listens at a path."""


@contextmanager
def proxy_socket(path: Path) -> Iterator[socket.socket]:
    """Yield a listening socket at a path, which is removed in the end where it is still there.

    Raises SocketInUse, Distrusted where others can put a socket there, OSError.
    """
    file_trust().check(path.parent)
    _remove_ended(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        before = os.umask(0o111)  # all may connect: the kernel says who does
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        own = path.lstat()
        try:
            listening.listen(128)
            yield listening
        finally:
            with suppress(OSError):
                if os.path.samestat(path.lstat(), own):
                    path.unlink()


def _remove_ended(path: Path) -> None:
    """Remove the socket of a server that has ended without doing so; raises SocketInUse, OSError."""
    if not path.is_socket():
        return
    found = path.lstat()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            pass
        except BlockingIOError:  # so many wait for it
            raise SocketInUse(path) from None
        else:
            raise SocketInUse(path)
    away = path.with_name(f"{path.name}.{os.getpid()}")
    path.rename(away)
    if not os.path.samestat(away.lstat(), found):  # another server has begun to listen there since
        away.rename(path)
        raise SocketInUse(path)
    away.unlink()
