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


def holding(file: int, leader: int | None) -> tuple[int, ...]:
    """Return the groups whose processes hold the lock of an open file: only the leader's, if it does.

    A recorded pid may have been reused or forged; the lock is inherited by descendants alone. Where the
    system does not list locks (not Linux), the leader of a session counts.
    """
    if sys.platform != "linux":
        return (leader,) if leader is not None and _leads_session(leader) else ()
    link = os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115 - a Path drops the mark of removed files
    groups = dict(_others())
    if leader is not None and any(_holds(pid, link) for pid, group in groups.items() if group == leader):
        return (leader,)
    return tuple(sorted({group for pid, group in groups.items() if _holds(pid, link)}))


def _leads_session(leader: int) -> bool:
    try:
        return os.getsid(leader) == os.getpgid(leader) == leader
    except OSError:
        return False


def _others() -> Iterator[tuple[int, int]]:
    """Yield the pid and group of every process outside our session."""
    ours = os.getsid(0)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, group, session, *_ = stat.read_bytes().rpartition(b") ")[2].split(maxsplit=4)
        except (OSError, ValueError):  # it ended meanwhile
            continue
        if int(session) != ours:
            yield int(stat.parent.name), int(group)


def _holds(pid: int, link: str) -> bool:
    """Return whether a process has a descriptor of this file that holds the lock; nothing is opened."""
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208
            if os.readlink(f"/proc/{pid}/fd/{number}") == link and _LOCKED.search(  # noqa: PTH115
                Path(f"/proc/{pid}/fdinfo/{number}").read_text()
            ):
                return True
    except OSError:  # it has ended, or is another account's
        return False
    return False


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
