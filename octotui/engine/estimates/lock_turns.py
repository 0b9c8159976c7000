"""About when a job gets the lock that it waits for, by the rule that grants it (L1, L2)."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from itertools import islice
from math import inf

from octotui.engine.estimates.jobs import about, ends_at
from octotui.engine.rules.locks import FREE, admits
from octotui.engine.state import ForLock, Job, Lock, Mode, State, is_lost
from octotui.engine.state.sorted_sequence import Item

MOST_AHEAD = 16
"""The holders and jobs ahead up to which a wait is estimated, so that its cost is bounded."""


def turn_at(state: State, job: Job, now: float, most: int = MOST_AHEAD) -> float | None:
    """Return about when a job gets its lock; O(most log most).

    None where it waits for none, where nobody can say, and where more than `most` hold it or are ahead:
    only a forecast knows of those, which is made once for all.
    """
    if not isinstance(job.wait, ForLock) or is_lost(state, job.wait.machine):
        return None
    lock = state.locks.get(job.wait.machine, FREE)
    room = most - len(lock.holders)
    ahead = [*islice(lock.queue.until((job.ticket, job.id)), max(0, room + 1))]
    return None if len(ahead) > room else _turn(state, lock, ahead, job.wait.mode, now)


def expected_wait(state: State, machine: str | None, mode: Mode | None, now: float) -> float | None:
    """Return about how long a job would wait that joins a lock's queue now.

    None where it would not wait, where nobody can say, and where more than `MOST_AHEAD` are ahead.
    """
    lock = state.locks.get(machine or "") if not is_lost(state, machine or "") else None
    if mode is None or lock is None or len(lock.holders) + len(lock.queue) > MOST_AHEAD:
        return None
    if not lock.queue and admits(mode, held=bool(lock.holders), exclusive=lock.exclusive):
        return None
    turn = _turn(state, lock, lock.queue, mode, now)
    return None if turn is None or turn <= now else round(turn - now, 3)


def _turn(state: State, lock: Lock, ahead: Iterable[Item], mode: Mode, now: float) -> float | None:
    """Return when a lock admits this mode behind those ahead: who comes later never overtakes (L2)."""
    ends = [ends_at(state, state.jobs[name], now) for _, name in lock.holders]
    heapify(ends)
    at, exclusive = now, lock.exclusive
    for _, name in ahead:
        job = state.jobs[name]
        at = _admitted(job.mode, ends, at, exclusive=exclusive)
        if at == inf:
            return None
        takes = about(state, job)
        heappush(ends, inf if takes is None else at + takes)
        exclusive = job.mode == "exclusive"
    at = _admitted(mode, ends, at, exclusive=exclusive)
    return None if at == inf else at


def _admitted(mode: Mode | None, ends: list[float], at: float, *, exclusive: bool) -> float:
    """Return when the lock admits a mode, and remove from `ends` the holders that have ended until then."""
    while not admits(mode, held=bool(ends), exclusive=exclusive):
        at = max(at, heappop(ends))
    return at
