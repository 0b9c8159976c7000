"""The account at the other end of a Unix socket, from the kernel and never from the peer."""

import os
import socket
import struct
import sys
from pathlib import Path

import msgspec

from octotui.store.accounts import account_name

_CREDENTIALS = struct.Struct("3i")  # process, user, group
_LOCAL_CREDENTIALS, _LOCAL_PROCESS = 1, 2  # macOS socket options, at level 0
_PSEUDO_TERMINALS = 136  # the first of eight major numbers


class Peer(msgspec.Struct, frozen=True):
    """An account by uid and name, and the process and terminal it connects from."""

    uid: int
    user: str
    origin: str


def peer_of(connection: socket.socket) -> Peer:
    """Return the peer of a connection."""
    uid, process = peer_ids(connection)
    return Peer(uid, account_name(uid), origin_of(process))


def peer_ids(connection: socket.socket) -> tuple[int, int]:
    """Return the (uid, pid) of the socket's other end, client or listener."""
    if sys.platform == "linux":
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        process, uid, _ = _CREDENTIALS.unpack(credentials)
    else:
        uid = struct.unpack("2I", connection.getsockopt(0, _LOCAL_CREDENTIALS, 8))[1]
        process = connection.getsockopt(0, _LOCAL_PROCESS)
    return uid, process


def this_account() -> str:
    """Return the name of the account that this process runs as."""
    return account_name(os.geteuid())


def origin_of(process: int) -> str:
    """Describe a process for people: `process 4711 on pts/3`."""
    terminal = _terminal_of(process)
    return f"process {process} on {terminal}" if terminal else f"process {process}"


def _terminal_of(process: int) -> str:
    """Return the terminal of a process, where Linux knows one."""
    try:
        stat = Path(f"/proc/{process}/stat").read_bytes()
        number = int(stat.rpartition(b") ")[2].split()[4])
    except (OSError, ValueError, IndexError):
        return ""
    major, minor = os.major(number), os.minor(number)
    if _PSEUDO_TERMINALS <= major < _PSEUDO_TERMINALS + 8:
        return f"pts/{minor + 256 * (major - _PSEUDO_TERMINALS)}"
    return f"tty{minor}" if major == 4 and minor else ""
