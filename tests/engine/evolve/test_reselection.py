"""M6: what another selection makes of a run; what leads to it is proved with the decisions."""

from octotui.engine import events
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import Pick
from tests.world import World, model, script


def test_m6_the_new_pick_is_leased_and_the_one_given_up_is_not() -> None:
    world = World(model({"go": [script("A"), script("B")]}))
    name = world.start("go")
    pick = Pick(pool="setup", worker="worker2", steps=(1,), policy="round-robin", cursor_after="worker2")
    event = events.WorkerReselected(
        seq=world.state.seq + 1, run=name, lost="worker1", pick=pick, offsets=(0,), reason="worker1 is lost"
    )
    state = evolve(world.state, event)
    selection = state.runs[name].selection
    assert [each.worker for each in selection.picks] == ["worker1", "worker2"]
    assert [each.worker for each in selection.leases] == ["worker2"]
    assert [each.pick for each in state.runs[name].progress.steps] == [0, 1]
    assert sorted(state.leases.keys()) == ["worker2"]
    assert state.cursors["setup/go"] == "worker2"
    assert len(evolve(state, events.RunEnded(run=name, state="failed")).leases) == 0


def test_m6_a_worker_that_two_picks_have_is_leased_once() -> None:
    world = World(model({"go": [script("A"), script("B")]}))
    name = world.start("go")
    pick = Pick(pool="setup", worker="worker1", steps=(1,), policy="round-robin", cursor_after="worker1")
    event = events.WorkerReselected(
        seq=world.state.seq + 1, run=name, lost="worker2", pick=pick, offsets=(), reason="worker2 is lost"
    )
    assert list(evolve(world.state, event).leases["worker1"]) == [(1, name)]
