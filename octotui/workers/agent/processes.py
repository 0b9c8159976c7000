"""The processes of jobs, found by one look through /proc, and signals that reach no process but those found.

A process is of a job if it holds the job's lock, which descendants inherit; if its environment has the job's
variable; if it descends from such a process; or if it is in the session of one that holds the lock: sessions
are inherited, too. So it is found whatever it has done of `setsid`, forking twice, closing its descriptors.
One with the variable of another job, and without this one's lock, is that job's: a script may call octotui.
Processes that are older than the job's leader, and those of our own session, are never of a job: somebody
may have passed them its descriptor. Without /proc (not Linux) only the leader's group is known.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Set, Tuple

VARIABLE = "OCTOTUI_VALUES"  # has the path of an attempt's values file in the environment of its processes
ENVIRONMENT = 1 << 22  # bytes of an environment that are read; the kernel allows a quarter of the stack
LINE = 4096  # bytes of a stat that are read: a line of 52 numbers and a short name
ENDED = frozenset("ZXx")  # states of processes that run no more
STUCK = "D"  # the state of a process whose memory may be locked: reading its environment could block
AWAKE = 0.05  # seconds of a look in which such processes may go on: in a vfork, one is stuck for a moment
EARLIER, LATER = 2.0, 0.1  # seconds by which a process may seem to have started before or after it was noted

_LOCKED = re.compile(rb"^lock:.*\bFLOCK\b.*\bWRITE\b", re.MULTILINE)
_NAMED = os.fsencode(f"{VARIABLE}=")


class ProcessStat(NamedTuple):
    """A process at one moment; `pid` and `started`, in clock ticks since boot, identify it for ever."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    state: str
    command: str


class JobSigns(NamedTuple):
    """What the processes of one job are known by.

    `lock` is the path of its locked file as /proc shows it (`lock_path`), `variable` ends the entry of
    VARIABLE in their environment, and `leader` is the pid of its first session. With `child` that pid is
    certain to be its own. `since` is when it began, in seconds since boot, or 0 for when its leader did.
    """

    lock: str
    variable: bytes
    leader: Optional[int] = None
    child: bool = False
    since: float = 0.0


def since_boot() -> float:
    """Return the seconds since boot, as start times of processes are counted."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def lock_path(file: int) -> str:
    """Return the path of an open file as /proc shows it, or `""` without /proc."""
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{file}")
    return ""


def processes() -> Dict[int, ProcessStat]:
    """Return every process by its pid; nothing without /proc."""
    found: Dict[int, ProcessStat] = {}
    with suppress(OSError):
        for name in os.listdir("/proc"):
            stat = process_stat(int(name)) if name.isdecimal() else None
            if stat is not None:
                found[stat.pid] = stat
    return found


def process_stat(pid: int) -> Optional[ProcessStat]:
    """Return a process as it is now, or None if there is none."""
    try:
        head, _, rest = _read(f"/proc/{pid}/stat", LINE).rpartition(b") ")
        state, parent, group, session, *more = rest.split()
        started = int(more[15])  # the 22nd field; see proc(5)
        command = _printable(head.partition(b" (")[2])
        return ProcessStat(pid, int(parent), int(group), int(session), started, state.decode(), command)
    except (OSError, ValueError, IndexError):  # it ended meanwhile
        return None


def is_process(pid: int, started: float) -> bool:
    """Return whether a process is the one that was started at this time since boot."""
    if pid <= 1:
        return False
    stat = process_stat(pid)
    if stat is None:
        return process_stat(os.getpid()) is None and send(pid, 0)  # without /proc
    began = stat.started / _ticks()
    return stat.state not in ENDED and started - EARLIER <= began <= started + LATER


def lives(process: ProcessStat) -> bool:
    """Return whether this very process still runs; zombies don't count."""
    if not process.started:
        return alive(process.group)
    now = process_stat(process.pid)
    return now is not None and now.started == process.started and now.state not in ENDED


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
    table = processes()
    return not table or any(each.group == group and each.state not in ENDED for each in table.values())


def leads_session(leader: int) -> bool:
    """Return whether a process leads a session and its group."""
    try:
        return os.getsid(leader) == os.getpgid(leader) == leader
    except OSError:
        return False


def holds(pid: int, links: FrozenSet[str]) -> FrozenSet[str]:
    """Return which of these files, as /proc shows them, a process holds the lock of; nothing is opened."""
    found: Set[str] = set()
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            link = os.readlink(f"/proc/{pid}/fd/{number}")
            if link in links and _LOCKED.search(_read(f"/proc/{pid}/fdinfo/{number}", LINE)):
                found.add(link)
    except OSError:  # it has ended, or is another account's
        pass
    return frozenset(found)


def send_to(process: ProcessStat, number: int) -> bool:
    """Send a signal to this very process, not to another of its pid; return whether it was delivered."""
    if not process.started:
        return send(process.group, number)
    pinned = -1
    try:
        with suppress(AttributeError, OSError):
            pinned = os.pidfd_open(process.pid)
        if process.pid <= 1 or not lives(process):
            return False
        if pinned >= 0:
            signal.pidfd_send_signal(pinned, number)
        else:
            os.kill(process.pid, number)
    except OSError:  # it has ended, or is another account's
        return False
    finally:
        if pinned >= 0:
            os.close(pinned)
    return True


def signal_job(job: JobSigns, members: Iterable[ProcessStat], number: int) -> None:
    """Send a signal to processes of a job, the oldest first: a supervisor before what it waits for.

    The group of a certain leader gets it at once, so that nothing that it forks meanwhile is missed.
    """
    group = job.leader if job.child and job.leader is not None else 0
    if group:
        send(group, number)
    for each in sorted(members, key=lambda each: (each.started, each.pid)):
        if each.group != group:
            send_to(each, number)


def members(jobs: Sequence[JobSigns]) -> List[Tuple[ProcessStat, ...]]:
    """Return the living processes of each job, by one look through /proc for all of them."""
    table = processes()
    if not table:
        return [_group(job.leader) for job in jobs]
    ours, since = os.getsid(0), [_began(table, job) for job in jobs]
    others = _awake(
        [
            each
            for each in table.values()
            if each.pid > 1 and each.session not in (0, ours) and each.state not in ENDED
            if each.started >= min(since, default=0)
        ]
    )
    locks = frozenset(job.lock for job in jobs if job.lock)
    held = {each.pid: holds(each.pid, locks) for each in others}
    carried = {each.pid: _carried(each) for each in others}
    return [
        _of(job, [each for each in others if each.started >= begun], held, carried)
        for job, begun in zip(jobs, since)
    ]


def _awake(found: List[ProcessStat]) -> List[ProcessStat]:
    """Return the processes that live once none is stuck any more, or after `AWAKE` seconds."""
    end = time.monotonic() + AWAKE
    while any(each.state == STUCK for each in found) and time.monotonic() < end:
        time.sleep(AWAKE / 20)
        again = [process_stat(each.pid) if each.state == STUCK else each for each in found]
        known = {(each.pid, each.started) for each in found}
        found = [each for each in again if each and (each.pid, each.started) in known]
    return [each for each in found if each.state not in ENDED]


def _of(
    job: JobSigns,
    others: Sequence[ProcessStat],
    held: Dict[int, FrozenSet[str]],
    carried: Dict[int, Tuple[bytes, ...]],
) -> Tuple[ProcessStat, ...]:
    """Return those of a job among the processes that are not older than it."""
    first = job.leader if job.child else None
    own = {each.pid for each in others if _has_variable(job, carried[each.pid])}
    others = [
        each
        for each in others
        if each.pid in own or job.lock in held[each.pid] or not carried[each.pid]  # else another job's
    ]
    roots = {each.pid for each in others if job.lock in held[each.pid] or each.session == first}
    found = _grown(roots, others, sessions=True)
    found = _grown(found | own, others)
    return tuple(each for each in others if each.pid in found)


def _has_variable(job: JobSigns, carried: Iterable[bytes]) -> bool:
    return bool(job.variable) and any(each.endswith(job.variable) for each in carried)


def _grown(found: Set[int], others: Sequence[ProcessStat], *, sessions: bool = False) -> Set[int]:
    """Add all descendants, and with `sessions` all that are in the session of one."""
    children: Dict[int, List[int]] = {}
    together: Dict[int, List[int]] = {}
    for each in others:
        children.setdefault(each.parent, []).append(each.pid)
        if sessions:
            together.setdefault(each.session, []).append(each.pid)
    session = {each.pid: each.session for each in others}
    waiting = list(found)
    while waiting:
        pid = waiting.pop()
        more = (*children.pop(pid, ()), *together.pop(session.get(pid, 0), ()))
        waiting += [each for each in more if each not in found]
        found.update(more)
    return found


def _carried(process: ProcessStat) -> Tuple[bytes, ...]:
    """Return the entries of VARIABLE that a process was given in its environment."""
    if process.state == STUCK:
        return ()
    try:
        given = _read(f"/proc/{process.pid}/environ", ENVIRONMENT).split(b"\0")
    except OSError:  # it has ended, or is another account's
        return ()
    return tuple(each for each in given if each.startswith(_NAMED))


def _began(table: Dict[int, ProcessStat], job: JobSigns) -> int:
    """Return the earliest start of a job's processes, or 0 where that is unknown."""
    if job.since:
        return int((job.since - EARLIER) * _ticks())
    found = table.get(job.leader or 0)
    return found.started if found is not None and found.session == found.pid else 0


def _group(leader: Optional[int]) -> Tuple[ProcessStat, ...]:
    """Return what stands for a leader's group where there is no /proc."""
    if leader is None or not leads_session(leader) or not alive(leader):
        return ()
    return (ProcessStat(leader, 0, leader, leader, 0, "", "its process group"),)


def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")


def _read(path: str, most: int) -> bytes:
    """Read a file of /proc; thousands are read in one look, and a Path costs as much again."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, most)
    finally:
        os.close(file)


def _printable(name: bytes) -> str:
    """Return the name of a command with everything but printable characters escaped: it may set any."""
    text = name.decode(errors="backslashreplace")
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
