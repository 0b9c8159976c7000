"""The processes of an attempt: found by the lock that they inherit and by their session, and signalled.

A process may leave the group and the session of its script, as `setsid` and daemons do; it still holds the
lock, unless it has closed all files that it inherited.
"""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Iterator, List, NamedTuple, Set, Tuple

PROC = os.path.isdir("/proc/self/fdinfo")
ROUNDS = 5  # looks for processes that were forked while others were killed
NAMED = 5  # processes that are named when they cannot be ended
EARLIER, LATER = 2.0, 0.1  # seconds by which a process may seem to have started before or after it was noted

_LOCKED = re.compile(rb"^lock:.*\bFLOCK\b.*\bWRITE\b", re.MULTILINE)


class LockIdentity(NamedTuple):
    """The file that the processes of an attempt hold the lock of."""

    device: int
    inode: int


def since_boot() -> float:
    """Return the seconds since boot, as start times of processes are counted."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def is_process(pid: int, started: float) -> bool:
    """Return whether a process is the one that was started at this time since boot."""
    if pid <= 1:
        return False
    if not PROC:
        return _exists(pid)
    try:
        state, _, _, ticks = _stat(pid)
    except (OSError, ValueError, IndexError):
        return False
    began = ticks / os.sysconf("SC_CLK_TCK")
    return state not in "ZX" and started - EARLIER <= began <= started + LATER


def members(leader: int, lock: LockIdentity) -> Set[int]:
    """Return the processes of an attempt: of the session of its `leader` (0: unknown), or with its lock."""
    if not PROC:
        return {leader} if leader > 1 and _exists(leader) else set()
    return set(_members(leader, lock))


def signal_all(leader: int, lock: LockIdentity, number: int) -> Set[int]:
    """Send a signal to all processes of an attempt, and return them."""
    found = members(leader, lock)
    for pid in found:
        _send(pid, number)
    return found


def kill_all(leader: int, lock: LockIdentity) -> None:
    """Kill all processes of an attempt, also those that are forked meanwhile."""
    for _ in range(ROUNDS):
        found = signal_all(leader, lock, signal.SIGKILL)
        if not found:
            return


def kill_group(leader: int) -> None:
    """Kill the group of a leader that has not been reaped, so that no other group has its number."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except OSError:
        pass


def describe(pids: Set[int]) -> List[str]:
    """Return processes by number and name, for people."""
    return [f"{pid} ({_name(pid)})" for pid in sorted(pids)[:NAMED]]


def _members(leader: int, lock: LockIdentity) -> Iterator[int]:
    own = os.getpid()
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in (own, 1):
            continue
        pid = int(name)
        try:
            state, _, session, _ = _stat(pid)
            if state not in "ZX" and ((leader > 1 and session == leader) or _holds(pid, lock)):
                yield pid
        except (OSError, ValueError, IndexError):  # it has ended, or is another account's
            continue


def _stat(pid: int) -> Tuple[str, int, int, int]:
    """Return the state, group, session and start time (in ticks) of a process."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b") ")[2].split()
    return fields[0].decode(), int(fields[2]), int(fields[3]), int(fields[19])


def _holds(pid: int, lock: LockIdentity) -> bool:
    """Return whether a process has a descriptor that holds the lock; no file of it is opened."""
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            found = os.stat(f"/proc/{pid}/fd/{number}")
            if (found.st_dev, found.st_ino) == lock:
                with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
                    if _LOCKED.search(file.read()):
                        return True
        except OSError:
            continue
    return False


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:  # it has ended, or is another account's
        pass


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _name(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            return file.read(100).decode(errors="replace").strip()
    except OSError:
        return "?"
