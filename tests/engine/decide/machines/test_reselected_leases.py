"""M6, W12: what has not begun on a lost machine of a dynamic pool waits for another one."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import LoadModel
from octotui.engine.state import Run
from octotui.model.process import Runbook, Simulate, Step
from octotui.model.space import Model, Pool
from octotui.views.waits import of_job, of_run
from tests.leases import HOUR, MINUTE, TAKES, LeaseWorld, dynamic
from tests.world import model, packages, script

LONG = Simulate(takes=500.0)
LIMIT = 30.0
HOLD = script("Hold", pool="alone", simulate=Simulate(takes=2000.0))


def space(*steps: Step, **terms: object) -> Model:
    """A runbook `go` on a dynamic pool that selects others for lost machines; `alone` is another pool."""
    terms = {"unreachable_limit": LIMIT, **terms}
    hosted = Pool(name="Setup", on_lost_worker="reselect", exclusive=True, dynamic=dynamic(**terms))
    declared = model({"go": list(steps), "other": [script("Long", simulate=LONG)]}, workers=1)
    pools = {"setup": hosted, "alone": Pool(name="Alone", workers=tuple(declared.workers))}
    return replace(declared, pools=pools)


def lose(world: LeaseWorld, worker: str) -> None:
    """A machine cannot be reached any more, until it is lost."""
    world.away.add(worker)
    world.send(commands.CheckHealth(machines=(worker,)))
    world.until(LIMIT + 1)
    assert [each.machine for each in world.happened(events.MachineLost)] == [worker]


def waiting(world: LeaseWorld) -> str:
    """Have a run wait behind another one on the only machine; that machine is lost."""
    world.start("other")
    world.until(TAKES + 2)
    run = world.start("go")
    world.until(1)
    lose(world, "setup-1")
    return run


def open_run(world: LeaseWorld, run: str) -> Run:
    return world.state.runs[run]


def test_m6_a_job_waits_for_another_machine_and_moves_there() -> None:
    """M6, W12: it is provisioned beside the lost one, which ends with its last lease."""
    world = LeaseWorld(space(script("Work")))
    run = waiting(world)
    assert open_run(world, run).selection.awaits == ("setup",)
    (job,) = (world.state.jobs[name] for _, name in open_run(world, run).progress.open)
    assert (job.state, job.worker) == ("waiting", "setup-1")
    wait = of_job(world.state, job, world.now)
    assert wait is not None
    assert "waits for a machine of pool setup: lease-2 being provisioned for" in wait.sentence
    assert "since setup-1 is lost: why" in wait.sentence
    shown = of_run(world.state, open_run(world, run), world.now)
    assert shown is not None
    assert shown.sentence == wait.sentence
    assert len(world.happened(events.RunAwaitsMachines)) == 2  # the other one, before it began; and this one
    world.until(TAKES + 10)
    assert world.ends()[run] == "succeeded"
    assert world.workers()[run] == {"Work": "setup-2"}
    assert len(world.state.awaiting) == 0
    assert "lease-1" not in world.leases


def test_m6_a_further_step_waits_for_another_machine() -> None:
    """M6, W12: one that begins once its machine is lost."""
    world = LeaseWorld(space(script("Work"), HOLD, script("More")))
    run = world.start("go")
    world.until(TAKES + 5)
    lose(world, "setup-1")
    assert not open_run(world, run).selection.awaits  # nothing waits for it yet
    world.until(HOUR)
    assert world.ends()[run] == "succeeded"
    assert world.run(run).selection.picks[-1].worker == "setup-2"


def test_m6_what_runs_elsewhere_goes_on_meanwhile() -> None:
    """M6, W12: other groups of the run do not wait."""
    beside = replace(HOLD, start="with-previous", simulate=Simulate(takes=100.0))
    world = LeaseWorld(space(script("Work"), beside, replace(HOLD, name="Then"), limit=10 * MINUTE))
    run = waiting(world)
    assert open_run(world, run).selection.awaits == ("setup",)
    world.until(20 * MINUTE)
    assert world.steps(run)[:2] == ["succeeded", "succeeded"]


def test_m6_packages_are_acquired_on_the_other_machine() -> None:
    """M6, P2, W12: an acquisition that waited for the lost one is made again."""
    world = LeaseWorld(space(script("Work", packages=packages("tools"))))
    run = waiting(world)
    world.until(TAKES + 20)
    assert world.ends()[run] == "succeeded"
    jobs = [world.past.jobs[name] for name in world.run(run).progress.jobs]
    assert [(job.kind, job.worker) for job in jobs if job.state == "succeeded"] == [
        ("acquire", "setup-2"),
        ("script", "setup-2"),
    ]


def test_m6_a_run_that_gets_no_other_machine_in_time_fails() -> None:
    """M6, W12: with both reasons, and it does not wait as long again for its next steps."""
    world = LeaseWorld(space(script("Work"), script("Always", condition="always"), limit=5 * MINUTE))
    run = world.start("other")
    world.until(TAKES + 2)
    run = world.start("go")
    world.until(1)
    world.problems = ["no quota"] * 99
    lose(world, "setup-1")
    world.until(5 * MINUTE)
    assert world.ends()[run] == "failed"
    reason = world.run(run).reason
    why = "pool setup has had no machine for 5m, its limit: provisioning failed 5 times: no quota"
    assert reason == f"step “Work” failed: setup-1 is lost: why; {why}"
    assert world.steps(run) == ["failed", "failed"]
    assert len(world.state.awaiting) == 0


def test_m6_it_waits_no_more_once_its_machine_is_reached_again() -> None:
    world = LeaseWorld(space(script("Work"), limit=20 * MINUTE))
    run = waiting(world)
    world.problems = ["no quota"] * 99
    world.away.clear()
    world.send(commands.CheckHealth(machines=("setup-1",)))
    world.until(1)
    assert world.state.runs.get(run) is None or not open_run(world, run).selection.awaits
    world.until(30 * MINUTE)
    assert world.ends()[run] == "succeeded"
    assert len(world.state.awaiting) == 0


def test_m6_a_run_with_nothing_left_to_do_there_awaits_none() -> None:
    """M6: its next step is skipped, since the one that ran is lost."""
    world = LeaseWorld(space(script("Work", simulate=LONG), script("Then")))
    run = world.start("go")
    world.until(TAKES + 2)
    lose(world, "setup-1")
    assert world.steps(run) == ["lost", "skipped"]
    assert len(world.happened(events.RunAwaitsMachines)) == 1


def test_m6_a_run_that_is_cancelled_waits_no_more() -> None:
    world = LeaseWorld(space(script("Work")))
    run = waiting(world)
    world.send(commands.CancelRun(run=run))
    world.until(10)
    assert world.ends()[run] == "cancelled"
    assert len(world.state.awaiting) == 0


def test_m6_where_the_pool_is_dynamic_no_more_it_fails() -> None:
    """M6, W11: the problem of the new model is its reason."""
    world = LeaseWorld(space(script("Work")))
    run = waiting(world)
    now = world.state.model
    pools = {**now.pools, "setup": Pool(name="Setup", workers=(), on_lost_worker="reselect")}
    world.send(LoadModel(model=replace(now, pools=pools)))
    world.until(1)
    assert world.ends()[run] == "failed"
    assert len(world.state.awaiting) == 0


@pytest.mark.parametrize(
    "other",
    [None, Pool(name="Static"), Pool(name="Setup", on_lost_worker="fail", dynamic=dynamic())],
    ids=["gone", "static", "fails"],
)
def test_m6_it_waits_no_more_for_a_pool_that_a_new_model_says_gets_no_other(other: Pool | None) -> None:
    """M6, W12: also where it comes to wait for a machine of a further pool then."""
    declared = space(script("Work"), script("Beside", pool="second", start="with-previous"))
    second = replace(declared.pools["setup"], name="Second")
    pools = {**declared.pools, "setup": replace(declared.pools["setup"], default=True), "second": second}
    holding = Runbook(name="Hold", steps=(script("Hold", pool="second", simulate=LONG),))
    before = replace(declared, pools=pools, runbooks={**declared.runbooks, "holding": holding})
    world = LeaseWorld(before)
    world.start("other")
    world.start("holding")
    world.until(TAKES + 5)
    run = world.start("go")
    world.until(1)
    machines = {each.pool: each.worker for each in world.state.machine_leases.values()}
    world.problems = ["no"] * 1000
    lose(world, machines["setup"])
    assert open_run(world, run).selection.awaits == ("setup",)
    pools = {slug: each for slug, each in pools.items() if slug != "setup"} | (
        {"setup": other} if other else {}
    )
    world.send(LoadModel(replace(before, pools=pools)))
    assert open_run(world, run).selection.awaits == ()
    assert open_run(world, run).progress.steps[0].state == "failed"
    world.away.add(machines["second"])
    world.send(commands.CheckHealth(machines=(machines["second"],)))
    world.until(LIMIT + 1)
    assert open_run(world, run).selection.awaits == ("second",)
    world.until(2 * HOUR)
    assert world.ends()[run] == "failed"
