"""The processes of jobs, found by one look through /proc, and signals that reach no process but those found.

A process is of a job if it holds the job's lock, which descendants inherit; if its environment has the job's
variable; if it descends from such a process; or if it is in the session of one that holds the lock: sessions
are inherited, too. So it is found whatever it has done of `setsid`, forking twice, closing its descriptors.
One with the variable of another job, and without this one's lock, is that job's: a script may call octotui.
Processes that are older than the job's leader, and those of our own session, are never of a job: somebody
may have passed them its descriptor. Without /proc (not Linux) only the leader's group is known.
"""

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from octotui.workers.local.supervisors.process_group import alive, holds, leads_session, send

ENVIRONMENT = 1 << 22  # bytes of an environment that are read; the kernel allows a quarter of the stack
LINE = 4096  # bytes of a stat that are read: a line of 52 numbers and a short name
ENDED = frozenset("ZXx")  # states of processes that run no more
STUCK = "D"  # the state of a process whose memory may be locked: reading its environment could block


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

    `lock` is the path of its locked file as /proc shows it (`lock_path`), `variable` is `NAME=VALUE` of its
    environment, and `leader` the pid of its first session. With `child` that is our own child, not yet
    reaped, so its pid cannot have been used again.
    """

    lock: str
    variable: bytes
    leader: int | None = None
    child: bool = False


def lock_path(file: int) -> str:
    """Return the path of an open file as /proc shows it, or `""` without /proc."""
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115 - a Path drops the mark of removed files
    return ""


def processes() -> dict[int, ProcessStat]:
    """Return every process by its pid; nothing without /proc."""
    found: dict[int, ProcessStat] = {}
    with suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208 - a Path for each costs more than the rest
            if name.isdecimal() and (stat := process_stat(int(name))) is not None:
                found[stat.pid] = stat
    return found


def process_stat(pid: int) -> ProcessStat | None:
    """Return a process as it is now, or None if there is none."""
    try:
        head, _, rest = _read(f"/proc/{pid}/stat", LINE).rpartition(b") ")
        state, parent, group, session, *more = rest.split()
        started = int(more[15])  # the 22nd field; see proc(5)
        command = _printable(head.partition(b" (")[2])
        return ProcessStat(pid, int(parent), int(group), int(session), started, state.decode(), command)
    except (OSError, ValueError, IndexError):  # it ended meanwhile
        return None


def lives(process: ProcessStat) -> bool:
    """Return whether this very process still runs; zombies don't count."""
    if not process.started:
        return alive(process.group)
    now = process_stat(process.pid)
    return now is not None and now.started == process.started and now.state not in ENDED


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

    The group of our own child gets it at once, so that nothing that it forks meanwhile is missed.
    """
    group = job.leader if job.child and job.leader is not None else 0
    if group:
        send(group, number)
    for each in sorted(members, key=lambda each: (each.started, each.pid)):
        if each.group != group:
            send_to(each, number)


def members(jobs: Sequence[JobSigns]) -> list[tuple[ProcessStat, ...]]:
    """Return the living processes of each job, by one look through /proc for all of them."""
    table = processes()
    if not table:
        return [_group(job.leader) for job in jobs]
    ours, since = os.getsid(0), [_started(table, job.leader) for job in jobs]
    others = [
        each
        for each in table.values()
        if each.pid > 1 and each.session not in (0, ours) and each.state not in ENDED
        if each.started >= min(since, default=0)
    ]
    locks = frozenset(job.lock for job in jobs if job.lock)
    variables = frozenset(job.variable for job in jobs)
    held = {each.pid: holds(each.pid, locks) for each in others}
    carried = {each.pid: _carries(each, variables) for each in others}
    return [
        _of(job, [each for each in others if each.started >= begun], held, carried)
        for job, begun in zip(jobs, since, strict=True)
    ]


def _of(
    job: JobSigns,
    others: Sequence[ProcessStat],
    held: dict[int, frozenset[str]],
    carried: dict[int, frozenset[bytes]],
) -> tuple[ProcessStat, ...]:
    """Return those of a job among the processes that are not older than it."""
    first = job.leader if job.child else None
    others = [each for each in others if not _is_of_another(job, held[each.pid], carried[each.pid])]
    roots = {each.pid for each in others if job.lock in held[each.pid] or each.session == first}
    found = _grown(roots, others, sessions=True)
    found = _grown(found | {each.pid for each in others if job.variable in carried[each.pid]}, others)
    return tuple(each for each in others if each.pid in found)


def _is_of_another(job: JobSigns, held: frozenset[str], carried: frozenset[bytes]) -> bool:
    """Return whether a process is of another job, as one that an octotui runs which this job has called."""
    return bool(carried) and job.variable not in carried and job.lock not in held


def _grown(found: set[int], others: Sequence[ProcessStat], *, sessions: bool = False) -> set[int]:
    """Add all descendants, and with `sessions` all that are in the session of one."""
    children: dict[int, list[int]] = {}
    together: dict[int, list[int]] = {}
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


def _carries(process: ProcessStat, variables: frozenset[bytes]) -> frozenset[bytes]:
    """Return the variables of the same names that a process was given in its environment."""
    if process.state == STUCK:
        return frozenset()
    names = tuple({each.partition(b"=")[0] + b"=" for each in variables})
    try:
        given = _read(f"/proc/{process.pid}/environ", ENVIRONMENT).split(b"\0")
        return frozenset(each for each in given if each.startswith(names))
    except OSError:  # it has ended, or is another account's
        return frozenset()


def _started(table: dict[int, ProcessStat], leader: int | None) -> int:
    """Return when the leader of a job's first session started, or 0 if it is gone."""
    found = table.get(leader or 0)
    return found.started if found is not None and found.session == found.pid else 0


def _group(leader: int | None) -> tuple[ProcessStat, ...]:
    """Return what stands for a leader's group where there is no /proc."""
    if leader is None or not leads_session(leader) or not alive(leader):
        return ()
    return (ProcessStat(leader, 0, leader, leader, 0, "", "its process group"),)


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
