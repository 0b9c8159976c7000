"""Process groups: signals, liveness, ownership of a lock, and notification of an exit."""

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

POLL = 0.02  # seconds between checks of a process, where pidfd is not available
_LOCKED = re.compile(r"^lock:.*\bFLOCK\b.*\bWRITE\b", re.MULTILINE)


def send(group: int, number: int) -> bool:
    """Send a signal to a group, never to ours or init's; return whether it was delivered."""
    if group <= 1 or group == os.getpgrp():
        return False
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def alive(group: int) -> bool:
    """Return whether any process of a group runs; zombies don't count."""
    if not send(group, 0):
        return False
    return sys.platform != "linux" or any(map(_runs_in(group), Path("/proc").glob("[0-9]*/stat")))


def _runs_in(group: int) -> Callable[[Path], bool]:
    def runs(stat: Path) -> bool:
        try:
            state, _, of, *_ = stat.read_bytes().rpartition(b") ")[2].split(maxsplit=3)
        except (OSError, ValueError):  # it ended meanwhile
            return False
        return int(of) == group and state not in (b"Z", b"X")

    return runs


def leads(file: int, leader: int) -> bool:
    """Return whether a process of the leader's group, outside of our session, holds the lock of an open file.

    A recorded pid may have been reused or forged; the lock is inherited by descendants alone. Where the
    system does not list locks (not Linux), the leader of a session counts.
    """
    if sys.platform != "linux":
        return leads_session(leader)
    link = frozenset({os.readlink(f"/proc/self/fd/{file}")})  # noqa: PTH115 - a Path drops the mark of removed files
    if leads_session(leader) and leader != os.getsid(0) and holds(leader, link):
        return True  # as a supervisor that lives does: nothing else has to be looked at
    return any(holds(pid, link) for pid in _members(leader))


def leads_session(leader: int) -> bool:
    """Return whether a process leads a session and its group."""
    try:
        return os.getsid(leader) == os.getpgid(leader) == leader
    except OSError:
        return False


def holds(pid: int, links: frozenset[str]) -> frozenset[str]:
    """Return which of these files, as /proc shows them, a process holds the lock of; nothing is opened."""
    found = set[str]()
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
            link = os.readlink(f"/proc/{pid}/fd/{number}")  # noqa: PTH115
            if link in links and _LOCKED.search(Path(f"/proc/{pid}/fdinfo/{number}").read_text()):
                found.add(link)
    except OSError:  # it has ended, or is another account's
        pass
    return frozenset(found)


def _members(group: int) -> Iterator[int]:
    """Yield the pids of a group, unless it is in our session."""
    ours = os.getsid(0)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, of, session, *_ = stat.read_bytes().rpartition(b") ")[2].split(maxsplit=4)
        except (OSError, ValueError):  # it ended meanwhile
            continue
        if int(of) == group and int(session) != ours:
            yield int(stat.parent.name)


class Watch:
    """Calls `exited` in the loop once a process has ended, our child or not; it is not reaped.

    Without pidfd (not Linux, or an old one) `over` is polled.
    """

    def __init__(self, pid: int, over: Callable[[], bool], exited: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = over
        self._exited = exited
        self._timer: asyncio.Handle | None = None
        self._descriptor = -1
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._timer = self._loop.call_soon(self._notify)
        except (AttributeError, OSError):
            self._poll()
        else:
            self._loop.add_reader(self._descriptor, self._notify)

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _notify(self) -> None:
        self.close()
        self._exited()

    def _poll(self) -> None:
        if self._over():
            self._notify()
        else:
            self._timer = self._loop.call_later(POLL, self._poll)
