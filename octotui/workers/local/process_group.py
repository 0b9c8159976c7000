"""Process groups: signals to all of a job, knowing whether any of it still runs, and when it exits."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

LOOK = 0.02  # seconds between two looks at a process, where the system doesn't tell of its end


def send(group: int, number: int) -> bool:
    """Send a signal to a group, and say whether there was anybody to get it."""
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
