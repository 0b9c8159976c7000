"""A family that has just ended is what a replay of its events is."""

from octotui.engine.events import RunEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.evolve.families import ended_family
from octotui.engine.state import State
from tests.world import World, child, manual, model, replay, script

MODEL = model(
    {
        "parent": [script("Begin"), child("Go on", "son", wait=True), manual("May it?"), script("End")],
        "son": [script("Work"), script("Clean up", condition="failure")],
        "other": [script("Work"), child("Leave", "son")],
    }
)


def play() -> World:
    """Let two families end, one of them after an answer, while a run of another is open."""
    world = World(MODEL)
    world.start("parent")
    world.start("other")
    world.run_out()
    world.start("other")
    world.answer()
    world.run_out()
    return world


def test_an_ended_family_is_what_its_replay_has_of_it() -> None:
    """Of other families there is nothing, though they are open."""
    world = play()
    whole, state, ended = replay(world.events), State(), list[str]()
    for event in world.events:
        family = ended_family(state, event) if isinstance(event, RunEnded) else None
        if family is not None:
            root = state.runs[event.run].root  # type: ignore[attr-defined]
            ended.append(root)
            names = whole.families[root].runs
            assert dict(family.runs.items()) == {name: whole.runs[name] for name in names}
            assert dict(family.jobs.items()) == {
                name: job for name, job in whole.jobs.items() if job.run in set(names)
            }
            assert dict(family.interruptions.items()) == {
                name: each for name, each in whole.interruptions.items() if each.run in set(names)
            }
            assert dict(family.families.items()) == {root: whole.families[root]}
            assert (family.model, family.seq, family.at) == (whole.model, event.seq, event.at)
            assert not family.ready
        state = evolve(state, event)
    assert sorted(ended) == sorted(name for name, _ in whole.families.items())


def test_a_family_of_which_a_run_goes_on_has_not_ended() -> None:
    """The run that was started by the other ends later, and only then has the family ended."""
    world = World(MODEL)
    world.start("other")
    world.run_out()
    state, found = State(), list[bool]()
    for event in world.events:
        if isinstance(event, RunEnded):
            found.append(ended_family(state, event) is not None)
        state = evolve(state, event)
    assert found == [False, True]
