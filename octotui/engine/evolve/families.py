"""A family that has just ended, as a State of its own: what replaying its events would lead to."""

from msgspec.structs import replace
from rpds import HashTrieMap

from octotui.engine.events import RunEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State


def ended_family(before: State, event: RunEnded) -> State | None:
    """Return the State of a family whose last open run an event ends, without anything else of the space.

    None where other runs of the family go on. `before` is the State before the event.
    """
    root = before.runs[event.run].root
    if before.families[root].open > 1:
        return None
    after = evolve(replace(before, keep_ended=True), event)
    family = after.families[root]
    runs = [after.runs[name] for name in family.runs]
    jobs = [after.jobs[name] for run in runs for name in run.progress.jobs]
    asked = [after.interruptions[name] for run in runs for name in run.progress.interruptions]
    return State(
        model=after.model,
        seq=after.seq,
        at=after.at,
        keep_ended=True,
        runs=HashTrieMap({each.id: each for each in runs}),
        jobs=HashTrieMap({each.id: each for each in jobs}),
        interruptions=HashTrieMap({each.id: each for each in asked}),
        families=HashTrieMap({root: family}),
        releases=after.releases,
        newest=after.newest,
        current=after.current,
        published=after.published,
        health=after.health,
    )
