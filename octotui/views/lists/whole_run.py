"""How an ended run stands together with all that it has started, as the list says it of a folded family."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from octotui.engine.state import Run, State
from octotui.views.labels import Mark
from octotui.views.lists.families import members, most_urgent
from octotui.views.runs import mark, time_of, when
from octotui.views.text.clock_times import Zone


class WholeRun(msgspec.Struct, frozen=True, kw_only=True):
    """The state, duration and times of all; the run's `own` state where that differs."""

    mark: Mark
    time: str
    when: str
    own: str = ""


def whole_run(state: State, run: Run, now: float, zone: Zone = None) -> WholeRun:
    """Return how a run stands; of one that has ended, what it started counts, too: it may still execute."""
    alone = mark(state, run)
    below = [each.id for each in _descendants(state, run)] if run.ended else []
    if not below:
        return WholeRun(mark=alone, time=time_of(run, now), when=when(run, now, zone))
    family = [*members(state, {}, (run.id, *below))]
    stands = most_urgent(family).mark
    ends = [each.ended_at for each in family if each.ended_at is not None]
    every = replace(run, ended_at=None if len(ends) < len(family) else max(ends))
    own = "" if stands.word == alone.word else alone.word
    return WholeRun(mark=stands, time=time_of(every, now), when=when(every, now, zone), own=own)


def _descendants(state: State, run: Run) -> Iterator[Run]:
    for name in run.progress.jobs:
        child = state.runs.get(state.jobs[name].child or "")
        if child is not None:
            yield child
            yield from _descendants(state, child)
