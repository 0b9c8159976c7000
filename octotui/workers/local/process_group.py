"""Process groups: signals to all of a job, knowing whether any of it still runs, and when it exits."""

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

LOOK = 0.02  # seconds between two looks at a process, where the system doesn't tell of its end
_LOCKED = re.compile(r"^lock:.*\bFLOCK\b.*\bWRITE\b", re.MULTILINE)


def send(group: int, number: int) -> bool:
    """Send a signal to a group, and say whether there was anybody to get it; never to ours or init's."""
    if group <= 1 or group == os.getpgrp():
        return False
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def alive(group: int) -> bool:
    """Whether anything of a group runs; the dead that nobody has waited for don't count."""
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
    """The groups whose processes hold the lock of a file that we have open: the leader's alone, if it does.

    A number that was written down may be another's by now, or have been written by anybody; the lock is
    inherited, and nobody else gets it. Where the system doesn't tell who does, the leader of a session does.
    """
    if sys.platform != "linux":
        return (leader,) if leader is not None and _leads_session(leader) else ()
    link = os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115 - a Path says less of what was removed
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
    """Every process outside our session, and its group."""
    ours = os.getsid(0)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, group, session, *_ = stat.read_bytes().rpartition(b") ")[2].split(maxsplit=4)
        except (OSError, ValueError):  # it ended meanwhile
            continue
        if int(session) != ours:
            yield int(stat.parent.name), int(group)


def _holds(pid: int, link: str) -> bool:
    """Whether a process has a file open by a descriptor that has the lock; nothing is opened."""
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
    """Calls `exited` in the loop once a process has ended, be it our child or not; it is not waited for.

    Where the system can't tell (not Linux, or one that is too old), `over` is asked again and again.
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
            self._timer = self._loop.call_soon(self._note)
        except (AttributeError, OSError):
            self._look()
        else:
            self._loop.add_reader(self._descriptor, self._note)

    def close(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _note(self) -> None:
        self.close()
        self._exited()

    def _look(self) -> None:
        if self._over():
            self._note()
        else:
            self._timer = self._loop.call_later(LOOK, self._look)
