"""The summary of a space in one line: `2 executing · 1 waits for a lock · 1 asks`."""

import msgspec

from octotui.engine.state import State
from octotui.views.labels import Role
from octotui.views.machines.outages import outage_of

ASKING = "is:asking"
"""The filter of runs that ask; their questions have a list of their own, too."""


class Count(msgspec.Struct, frozen=True):
    """A count in words, with its colour role, and the filter of runs that finds what was counted, if any."""

    text: str
    role: Role
    filter: str = ""


def of(state: State) -> tuple[Count, ...]:
    """Return the counts that are not zero; visits queues and holders of locks only, never every run."""
    locks = state.locks.values()
    locked = {state.jobs[job].run for lock in locks for _, job in lock.queue}
    held = (state.jobs[job] for lock in locks for _, job in lock.holders)
    away = {job.run for job in held if outage_of(job) is not None and _only_waits(state, job.run)}
    asking = {state.interruptions[name].run for _, name in state.asking}
    awaiting = {name for _, name in state.awaiting}
    unchecked = {name for _, name in state.awaiting_checks}
    stuck = sum(1 for name in locked | away | asking | awaiting | unchecked if _only_waits(state, name))
    queued = len(state.ready) + sum(len(tag.queue) for tag in state.tags.values())
    counts = (
        _count(len(state.slots) - stuck, "executing", "executing", "active", "state:executing -is:waiting"),
        _count(len(locked), "waits for a lock", "wait for a lock", "waits", "is:waiting"),
        _count(len(awaiting), "waits for a machine", "wait for a machine", "waits", "is:waiting"),
        _count(len(unchecked), "waits for a check", "wait for a check", "waits", "is:waiting"),
        _count(len(away), "away", "away", "warned"),
        _count(queued + len(state.resuming), "queued", "queued", "muted", "state:queued"),
        _count(len(state.asking), "asks", "ask", "asks", ASKING),
        _count(_scheduled(state), "scheduled", "scheduled", "muted", "is:scheduled"),
    )
    return tuple(each for each in counts if each is not None) or (_resting(state),)


def _scheduled(state: State) -> int:
    runs = (state.runs.get(name) for _, name in state.deadlines)
    return sum(1 for run in runs if run is not None and run.queueing.not_before is not None)


def _resting(state: State) -> Count:
    active = any(family.open for family in state.families.values())  # ended families stay in a replay
    return Count("choosing packages", "muted") if active else Count("idle", "muted")


def _only_waits(state: State, name: str) -> bool:
    """Return whether a run has a slot and does not move: each of its jobs waits, or its machine is away."""
    run = state.runs[name]
    jobs = (state.jobs[job] for _, job in run.progress.open)
    return run.queueing.slot and all(job.wait is not None or outage_of(job) is not None for job in jobs)


def _count(number: int, one: str, many: str, role: Role, found_by: str = "") -> Count | None:
    if number <= 0:
        return None
    return Count(f"{number} {one if number == 1 else many}", role, found_by)


def text(state: State) -> str:
    """Return the counts as one text."""
    return " · ".join(each.text for each in of(state))
