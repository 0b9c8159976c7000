"""The processes of an attempt that is stopped: by the lock that they inherit, session and environment.

A process may leave the group and the session of its script, as `setsid` and daemons do; it still holds the
lock, or has the path of the values file in its environment where it has closed all files that it inherited.
"""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Iterator, List, NamedTuple, Set, Tuple

PROC = os.path.isdir("/proc/self/fdinfo")
ENVIRONMENT = 1 << 22  # bytes of an environment that are read; the kernel allows a quarter of the stack
NAMED = 5  # processes that are named when they cannot be ended
EARLIER, LATER = 2.0, 0.1  # seconds by which a process may seem to have started before or after it was noted

_LOCKED = re.compile(rb"^lock:.*\bFLOCK\b.*\bWRITE\b", re.MULTILINE)


class LockIdentity(NamedTuple):
    """The file that the processes of an attempt hold the lock of, and since when, in seconds since boot.

    `values` ends the path of the values file in their environment: its folder is of this attempt alone.
    """

    device: int
    inode: int
    since: float = 0.0
    values: bytes = b""


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
    """Return the processes of an attempt; `leader` is the pid of its session, 0 where that is unknown."""
    if not PROC:
        return {leader} if leader > 1 and _exists(leader) else set()
    return {pid for pid, _ in _members(leader, lock)}


def signal_all(leader: int, lock: LockIdentity, number: int) -> Set[int]:
    """Send a signal to all processes of an attempt, and return those that are still found.

    The group of the leader has it at one moment, so that nothing that is forked meanwhile goes without it.
    """
    if leader > 1:
        signal_group(leader, number)
    if not PROC:
        return members(leader, lock)
    found = set()
    for pid, group in _members(leader, lock):
        found.add(pid)
        if leader <= 1 or group != leader:
            _send(pid, number)
    return found


def signal_group(leader: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to the group of a leader whose number is known to be its own."""
    try:
        os.killpg(leader, number)
    except OSError:
        pass


def describe(pids: Set[int]) -> List[str]:
    """Return processes by number and name, for people."""
    return [f"{pid} ({_name(pid)})" for pid in sorted(pids)[:NAMED]]


def _members(leader: int, lock: LockIdentity) -> Iterator[Tuple[int, int]]:
    """Yield processes of an attempt, and their groups."""
    own = (1, os.getpid())
    earliest = (lock.since - EARLIER) * os.sysconf("SC_CLK_TCK")
    for name in os.listdir("/proc"):
        pid = int(name) if name.isdigit() else 1
        if pid in own:
            continue
        try:
            state, group, session, ticks = _stat(pid)
            if state in "ZX" or ticks < earliest:
                continue
            if (leader > 1 and session == leader) or _holds(pid, lock) or _carries(pid, lock.values):
                yield pid, group
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
            if (found.st_dev, found.st_ino) == lock[:2]:
                with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
                    if _LOCKED.search(file.read()):
                        return True
        except OSError:
            continue
    return False


def _carries(pid: int, values: bytes) -> bool:
    """Return whether a process was given the values file of an attempt in its environment."""
    if not values:
        return False
    with open(f"/proc/{pid}/environ", "rb") as file:
        return any(each.endswith(values) for each in file.read(ENVIRONMENT).split(b"\0"))


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
            name = file.read(100).decode(errors="replace").strip()
    except OSError:
        return "?"
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)  # it may set any
