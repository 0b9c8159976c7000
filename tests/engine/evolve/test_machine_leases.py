"""W12: what events of machine leases leave in a State."""

from octotui.engine import events
from octotui.engine.commands import DestroyMachine
from octotui.engine.estimates.jobs import durations_of
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.engine.state.durations import pool_key
from octotui.engine.state.retained import restored, retained_state
from tests.leases import TAKES, LeaseWorld, hosted
from tests.world import manual, script


def test_w12_a_run_waits_since_the_first_time_and_in_one_line() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}))
    run = world.start("go")
    waits = world.state.runs[run].selection
    assert waits.awaits == ("setup",)
    assert list(world.state.awaiting) == [(1, run)]
    again = events.RunAwaitsMachines(
        run=run, pools=("setup", "other"), until=9e9, seq=99, at=world.state.at + 5
    )
    state = evolve(world.state, again)
    assert state.runs[run].selection.awaits_since == waits.awaits_since
    assert list(state.awaiting) == [(1, run)]
    assert [at for at, name in state.deadlines if name == f"machine-limit/{run}"] == [9e9]


def test_w12_how_long_provisioning_took_is_kept_by_pool() -> None:
    world = LeaseWorld(hosted({"go": [script("Work")]}, idle=0.0))
    for _ in range(3):
        world.start("go")
        world.until(1000)
    about = durations_of(world.state, pool_key("setup")).about
    assert about is not None
    assert TAKES <= about < TAKES + 2


def test_w12_leases_outlive_the_events_that_retention_removes() -> None:
    """W12, R7: with their deadlines, and with those of runs that wait."""
    world = LeaseWorld(hosted({"go": [script("Work"), manual("Ask")]}, max=2))
    world.start("go")
    world.until(120)
    world.send(DestroyMachine(lease="lease-1"))
    world.start("go")
    state = world.state
    assert len(state.awaiting)
    fresh = restored(
        State(model=hosted({"go": [script("Work")]}), deadlines=state.deadlines), retained_state(state)
    )
    assert fresh.machine_leases == state.machine_leases
    assert fresh.next_lease == state.next_lease
    assert fresh.model.pools["setup"].workers == state.model.pools["setup"].workers
    assert [each for each in fresh.deadlines if "/" in each[1]] == [
        each for each in state.deadlines if "/" in each[1]
    ]
