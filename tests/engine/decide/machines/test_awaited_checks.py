"""W4: runs whose workers are all other machines that were never checked."""

from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.decide.machines.awaited_checks import judged, runs_awaiting
from octotui.engine.decide.machines.machine_demand import is_awaited
from octotui.engine.events import AnyEvent
from octotui.engine.forecast import forecast
from octotui.model.process import Simulate
from octotui.model.space import Model, Pool, Worker
from octotui.views.waits import of_run
from tests.leases import hosted
from tests.world import World, model, script

BOTH = ("worker1", "worker2")


def elsewhere(**more: object) -> Model:
    """Two workers that are other machines."""
    far = {name: Worker(name=name, endpoint=f"ssh://{name}") for name in BOTH}
    return replace(model({"go": [script("A", simulate=Simulate(takes=5))]}, 2, **more), workers=far)  # type: ignore[arg-type]


def space() -> World:
    """A space whose checks have begun."""
    world = World(elsewhere())
    world.send(commands.Tick())
    return world


def found(world: World, machine: str, health: str = "healthy", reason: str = "") -> tuple[AnyEvent, ...]:
    return world.send(commands.ReportCheck(machine=machine, health=health, reason=reason))  # type: ignore[arg-type]


def test_w4_a_run_waits_for_the_check_of_one_and_takes_that() -> None:
    world = space()
    run = world.start("go")
    assert world.run(run).awaits_checks
    assert world.run(run).queueing.slot
    assert runs_awaiting(world.state) == runs_awaiting(world.state, ["worker2"]) == [run]
    assert runs_awaiting(world.state, ["worker3"]) == []
    world.now += 3
    wait = of_run(world.state, world.run(run), world.now)
    assert wait is not None
    assert wait.what == "a check"
    assert (
        wait.sentence == "waits for the first check of worker1 (checked for 3s) or worker2 (checked for 3s)"
    )
    found(world, "worker2")
    assert not world.run(run).awaits_workers
    assert [pick.worker for pick in world.run(run).selection.picks] == ["worker2"]
    world.run_out()
    assert world.ends()[run] == "succeeded"
    assert not len(world.state.awaiting_checks)


def test_w4_one_that_is_away_is_passed_over_with_its_reason() -> None:
    """W8."""
    world = space()
    run = world.start("go")
    found(world, "worker1", "unavailable", "its host key is not known")
    assert world.run(run).selection.checks == ("worker2",)
    found(world, "worker2", "has-warnings")
    pick = world.run(run).selection.picks[0]
    assert pick.worker == "worker2"
    assert [(each.worker, each.reason) for each in pick.rejected] == [
        ("worker1", "unavailable: its host key is not known")
    ]


def test_w4_where_no_check_reaches_one_the_run_fails_before_any_step() -> None:
    """W11: with the reason of each."""
    world = space()
    run = world.start("go")
    found(world, "worker1", "unavailable", "no route to host")
    found(world, "worker2", "unavailable", "its host key is not known")
    ended = world.happened(events.RunEnded)[-1]
    assert (ended.run, ended.state) == (run, "failed")
    assert ended.reason == (
        "step “A”, pool setup: no worker is eligible: worker1 is unavailable: no route to host,"
        " worker2 is unavailable: its host key is not known"
    )
    assert not world.happened(events.JobQueued)


def test_w4_the_wait_is_recorded_once_for_what_it_is_for() -> None:
    world = space()
    world.start("go")
    world.now += 1
    world.send(commands.Tick())
    assert [each.workers for each in world.happened(events.RunAwaitsChecks)] == [BOTH]
    found(world, "worker1", "unhealthy")
    waits = world.happened(events.RunAwaitsChecks)
    assert [each.workers for each in waits] == [BOTH, ("worker2",)]
    assert world.run("run-1").selection.checks_since == waits[0].at  # what it has waited counts


def test_w4_a_cancelled_run_waits_no_more() -> None:
    world = space()
    run = world.start("go")
    world.send(commands.CancelRun(run=run))
    assert world.ends()[run] == "cancelled"
    assert not len(world.state.awaiting_checks)
    found(world, "worker1")
    assert world.ends()[run] == "cancelled"


def test_w4_a_new_model_is_planned_by_at_once() -> None:
    """One that disables a worker ends the wait for it; one that has another machine has that awaited."""
    world = space()
    run = world.start("go")
    declared = elsewhere()
    off = replace(declared.workers["worker1"], enabled=False)
    world.send(commands.LoadModel(replace(declared, workers=declared.workers | {"worker1": off})))
    assert world.run(run).selection.checks == ("worker2",)
    added = {"worker3": Worker(name="worker3", endpoint="ssh://worker3")}
    pools = {"setup": replace(declared.pools["setup"], workers=("worker3",))}
    world.send(commands.LoadModel(replace(declared, pools=pools, workers=declared.workers | added)))
    assert world.run(run).selection.checks == ("worker3",)
    near = {"worker3": Worker(name="worker3")}
    world.send(commands.LoadModel(replace(declared, pools=pools, workers=declared.workers | near)))
    assert [pick.worker for pick in world.run(run).selection.picks] == ["worker3"]


def test_w4_checks_that_were_cut_short_are_made_again_for_it() -> None:
    """R4: by the session that opens the space next."""
    world = space()
    run = world.start("go")
    world.send(commands.Reopen())
    assert world.run(run).awaits_checks
    world.send(commands.Tick())
    found(world, "worker1")
    assert [pick.worker for pick in world.run(run).selection.picks] == ["worker1"]


def test_w4_w12_a_machine_that_it_needs_as_well_does_not_end_meanwhile() -> None:
    far = {"worker1": Worker(name="worker1", endpoint="ssh://worker1")}
    pools = {**hosted({}).pools, "far": Pool(name="Far", workers=("worker1",))}
    go = {"go": [script("One"), script("Two", pool="far")]}
    world = World(replace(hosted(go, more={"pools": pools}), workers=far))
    run = world.start("go")
    assert world.run(run).selection.awaits == ("setup",)
    world.send(commands.ReportMachine(lease="lease-1", machine="vm-1", endpoint="ssh://vm-1"))
    found(world, "setup-1")
    known = world.run(run).selection
    assert (known.awaits, known.checks, known.keeps) == ((), ("worker1",), ("setup",))
    assert not world.run(run).awaits_machines
    assert not len(world.state.awaiting)
    assert is_awaited(world.state, "setup")
    world.send(commands.Tick())
    found(world, "worker1")
    assert world.run(run).selection.leased
    assert not is_awaited(world.state, "setup")


def test_e2_a_forecast_lets_the_check_that_a_run_waits_for_reach_its_machine() -> None:
    world = space()
    run = world.start("go")
    world.now += 2
    assert run in forecast(world.state, world.now).run_ends or forecast(world.state, world.now).job_starts


def test_w4_what_says_how_machines_are() -> None:
    assert judged(events.MachineChecked(machine="a", health="healthy")) == ("a",)
    assert judged(events.HealthChanged(worker="a", health="healthy")) == ("a",)
    planned = events.ChecksPlanned(due={"a": 1.0}, interrupted=("b",), forgotten=("c",), unknown=("d",))
    assert set(judged(planned)) == {"b", "c", "d"}
    assert judged(events.RunStarted(run="run-1")) == ()
