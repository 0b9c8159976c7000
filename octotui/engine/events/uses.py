"""The events that say which run used a slot, and which job a machine, from when to when.

All that is needed of other runs to say for whom a run waited.
"""

from collections.abc import Iterable
from math import inf

from octotui.engine.events.jobs import AttemptFailed, JobEnded, JobMoved, JobQueued, JobStarted
from octotui.engine.events.runs import RunEnded, RunPaused, RunQueued, RunResumed, RunStarted, RunYielded
from octotui.engine.state.records import Event

USES = (
    RunQueued | RunStarted | RunResumed | RunYielded | RunPaused | RunEnded
    | JobQueued | JobMoved | JobStarted | AttemptFailed | JobEnded
)  # fmt: skip


def open_until(own: Iterable[Event]) -> float:
    """Return when the last run of a family ended, of all its events; infinity where one is open."""
    left: set[str] = set()
    end = inf
    for event in own:
        if isinstance(event, RunQueued):
            left.add(event.run)
        elif isinstance(event, RunEnded):
            left.discard(event.run)
            end = event.at
    return inf if left else end
