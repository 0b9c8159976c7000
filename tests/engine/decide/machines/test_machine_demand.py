"""W12: how many machines pools want, and which runs wait for one."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import CancelRun, LoadModel
from octotui.engine.decide.machines.machine_demand import (
    awaiting_runs,
    give_up,
    is_awaited,
    leases_of,
    next_names,
    usable,
)
from octotui.engine.decide.transaction import Transaction
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import MachineLease
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import Simulate
from octotui.model.space import Model, Pool, Target, Worker
from tests.leases import HOUR, MINUTE, TAKES, LeaseWorld, dynamic, hosted
from tests.world import START, script

TWO = {"setup": Pool(name="Setup", dynamic=dynamic()), "other": Pool(name="Other", dynamic=dynamic())}


def test_w12_a_run_waits_for_all_machines_it_needs_at_once() -> None:
    world = LeaseWorld(hosted({"go": [script("One"), script("Two", pool="other")]}, more={"pools": TWO}))
    run = world.start("go")
    assert world.run(run).selection.awaits == ("setup", "other")
    assert awaiting_runs(world.state) == awaiting_runs(world.state, "other") == [run]
    assert is_awaited(world.state, "setup")
    world.until(TAKES + 10)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run] == {"One": "setup-1", "Two": "other-2"}
    assert not is_awaited(world.state, "setup")


def test_w12_what_it_has_waited_counts_where_it_waits_for_another_one_then() -> None:
    world = LeaseWorld(
        hosted(
            {"go": [script("One"), script("Two", pool="other")]},
            more={"pools": {**TWO, "other": Pool(name="Other", dynamic=dynamic(limit=5 * MINUTE))}},
        )
    )
    world.problems = ["no"]
    run = world.start("go")
    world.until(TAKES + 5)
    waits = world.state.runs[run].selection
    assert len(waits.awaits) == 1
    assert waits.awaits_since == START
    assert len(world.happened(events.RunAwaitsMachines)) == 2


def test_w12_a_run_without_a_problem_waits_and_one_with_a_problem_fails_at_once() -> None:
    """W11, W12."""
    world = LeaseWorld(hosted({"go": [script("One"), script("Two", pool="nowhere")]}))
    run = world.start("go")
    assert world.ends()[run] == "failed"
    assert not world.state.machine_leases


def test_w12_a_run_is_not_helped_by_a_machine_that_lacks_a_tool() -> None:
    """W12, M4: another machine of the same image lacks it, too."""
    world = LeaseWorld(hosted({"go": [script("Work")], "more": [script("Work", needs=("docker",))]}))
    world.start("go")
    world.until(2 * MINUTE)
    from octotui.engine.commands import CheckHealth, ReportCheck
    from octotui.engine.state import CheckedFacts, FoundTool

    world.send(CheckHealth(machines=("setup-1",)))
    world.send(
        ReportCheck(
            machine="setup-1",
            health="healthy",
            facts=CheckedFacts(system="Linux", tools={"docker": FoundTool()}),
        )
    )
    run = world.start("more")
    assert world.ends()[run] == "failed"
    assert "setup-1 is without docker" in world.run(run).reason


def test_w12_names_of_leases_pass_over_those_of_declared_workers() -> None:
    model = hosted({"go": [script("Work")]})
    pools = {**model.pools, "more": Pool(name="More", workers=("setup-1",))}
    world = LeaseWorld(replace(model, pools=pools, workers={"setup-1": Worker(name="setup-1")}))
    assert next_names(world.state, "setup", 1.0)[0] == 2
    world.start("go")
    assert [each.worker for each in leases_of(world.state, "setup")] == ["setup-2"]
    assert usable(world.state, "setup") == leases_of(world.state, "setup")


CLUSTER = Target(name="C", roles=("k8s",), kubernetes=Kubernetes(context="x", pool="setup"))
PLAIN = Target(name="D", roles=("k8s",))


def _on_cluster() -> Model:
    step = replace(script("Work", simulate=Simulate(takes=3 * HOUR)), pool=None, roles=("k8s",), on="target")
    made = hosted({"go": [step]}, more={"targets": {"c": CLUSTER, "d": PLAIN}})
    return replace(made, runbooks={"go": replace(made.runbooks["go"], unavailable_targets="skip")})


def test_w12_a_run_that_needs_no_machine_any_more_waits_for_none() -> None:
    """W12, W13: since its cluster was taken out of the model; it works, is not failed, and ends."""
    world = LeaseWorld(_on_cluster())
    world.problems = ["no"] * 1000
    run = world.start("go")
    assert world.state.runs[run].selection.awaits == ("setup",)
    world.until(5)
    world.send(LoadModel(replace(_on_cluster(), targets={"d": PLAIN})))
    assert world.state.runs[run].selection.awaits_until is None
    assert not list(world.state.awaiting)
    assert len(world.state.runs[run].progress.open) == 1
    world.until(4 * HOUR)
    assert world.ends()[run] == "succeeded"
    assert not world.state.locks


def test_w12_a_run_that_has_jobs_is_not_given_up() -> None:
    """W12: whatever an earlier version has written down of what it waits for."""
    world = LeaseWorld(_on_cluster())
    world.problems = ["no"] * 1000
    run = world.start("go")
    world.send(LoadModel(replace(_on_cluster(), targets={"d": PLAIN})))
    wrong = events.RunAwaitsMachines(
        run=run, pools=("setup",), until=world.now + 10, seq=world.state.seq + 1, at=world.now
    )
    world.state = evolve(world.state, wrong)
    turn = Transaction(world.state, world.now + 10)
    give_up(turn, run)
    assert [type(each) for each in turn.events] == [events.WorkersSelected]
    assert turn.run(run).selection.awaits_until is None


class OneFails(LeaseWorld):
    """A world whose provider fails for the pool `other` until it is `mended`."""

    mended = False

    def _provision(self, lease: MachineLease) -> None:
        self.problems = ["no"] if lease.pool == "other" and not self.mended else []
        super()._provision(lease)


def _one_fails() -> OneFails:
    pools = {name: Pool(name=name, dynamic=dynamic(idle=MINUTE)) for name in ("setup", "other")}
    return OneFails(hosted({"go": [script("One"), script("Two", pool="other")]}, more={"pools": pools}))


def test_w12_a_run_that_waits_for_one_machine_keeps_the_other() -> None:
    world = _one_fails()
    run = world.start("go")
    world.until(10 * MINUTE)
    waits = world.state.runs[run].selection
    assert (waits.awaits, waits.keeps) == (("other",), ("setup",))
    assert world.lease(1).phase == "ready"
    assert is_awaited(world.state, "setup")
    world.mended = True
    world.until(10 * MINUTE)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run]["One"] == "setup-1"


def test_w12_a_machine_that_was_kept_for_a_run_is_idle_once_that_has_ended() -> None:
    world = _one_fails()
    run = world.start("go")
    world.until(10 * MINUTE)
    assert world.lease(1).phase == "ready"
    world.send(CancelRun(run=run))
    world.until(5)
    assert "lease-1" not in world.leases
