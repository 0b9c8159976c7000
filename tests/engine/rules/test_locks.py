"""One reader-writer lock a machine."""

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.events import JobStarted
from octotui.engine.rules.locks import admits, blockers, enqueue, place_in_line, release
from octotui.engine.state import ForLock, Job, State
from octotui.model.process import Simulate
from octotui.model.space import Pool, Worker
from tests.world import World, model, packages, script

LONG = Simulate(takes=10.0)


def crowd() -> World:
    """run-1 works on the only worker; run-2 would acquire a package there; run-3 came after it."""
    build = [script("Build", packages=packages("image"))]
    world = World(model({"work": [script("Work", simulate=LONG)], "build": build}, workers=1))
    for process in ("work", "build", "work"):
        world.start(process)
    return world


def started(world: World) -> list[str]:
    return [event.job for event in world.happened(JobStarted)]


def test_scripts_share_a_worker() -> None:
    """L1: three scripts run on it side by side."""
    world = World(model({"work": [script("Work")]}, workers=1))
    for _ in range(3):
        world.start("work")
    assert len(world.state.locks["worker1"].holders) == 3
    assert not world.state.locks["worker1"].exclusive


def test_acquiring_takes_the_worker_for_itself() -> None:
    """L1: another run's script waits, and the one in its way is the run that acquires."""
    world = World(model({"build": [script("Build", packages=packages("image"))], "work": [script("W")]}, 1))
    world.start("build")
    world.start("work")
    waiting = world.state.jobs["job-2.1"]
    assert isinstance(waiting.wait, ForLock)
    assert waiting.wait == ForLock(world.now, "worker1", "shared")
    assert [job.id for job in blockers(world.state, waiting)] == ["job-1.1"]
    world.run_out()
    assert started(world) == ["job-1.1", "job-2.1", "job-1.2"]
    assert set(world.ends().values()) == {"succeeded"}


def test_a_waiting_exclusive_request_holds_back_later_shared_ones() -> None:
    """L2: first come, first served; nobody starves."""
    world = crowd()
    assert started(world) == ["job-1.1"]
    world.run_out()
    assert started(world)[:3] == ["job-1.1", "job-2.1", "job-3.1"]


def test_who_is_truly_in_the_way() -> None:
    """L4: the holders for an exclusive request; for a shared one behind it, that request alone."""
    state = crowd().state
    acquire, behind = state.jobs["job-2.1"], state.jobs["job-3.1"]
    assert [job.id for job in blockers(state, acquire)] == ["job-1.1"]
    assert [job.id for job in blockers(state, behind)] == ["job-2.1"]
    assert (place_in_line(state, acquire), place_in_line(state, behind)) == (1, 2)
    assert blockers(state, state.jobs["job-1.1"]) == ()
    assert place_in_line(state, state.jobs["job-1.1"]) == 0


def test_shared_requests_ahead_are_not_in_the_way() -> None:
    """L4: they start together with it, when the exclusive one is gone."""
    world = World(model({"build": [script("Build", packages=packages("image"))], "work": [script("W")]}, 1))
    for process in ("build", "work", "work"):
        world.start(process)
    last = world.state.jobs["job-3.1"]
    assert place_in_line(world.state, last) == 2
    assert [job.id for job in blockers(world.state, last)] == ["job-1.1"]


def test_a_lock_that_was_given_back_is_nobodys() -> None:
    """L4: what waits for it finds it neither held nor exclusive."""
    world = World(model({"build": [script("Build", packages=packages("image"))], "work": [script("W")]}, 1))
    world.start("build")
    world.start("work")
    lock = release(world.state, world.state.jobs["job-1.1"]).locks["worker1"]
    assert (lock.exclusive, len(lock.holders), len(list(lock.queue))) == (False, 0, 1)


def test_a_job_without_a_mode_gives_nothing_back() -> None:
    """L5: whatever its number, it has no part in the lock of its worker."""
    state = crowd().state
    job = replace(state.jobs["job-1.1"], mode=None)
    assert release(state, job) is state
    assert release(state, replace(state.jobs["job-1.1"], worker=None)) is state


def test_who_leaves_a_queue_wakes_those_behind() -> None:
    """L6, Q6: the exclusive request is cancelled with its whole family, and the shared one starts at once."""
    world = crowd()
    world.send(commands.CancelRun(run="run-2"))
    assert "run-2" not in world.state.runs
    assert started(world) == ["job-1.1", "job-3.1"]


def test_a_lock_that_nobody_has_or_wants_is_not_kept() -> None:
    """L1: give it back, and it is gone."""
    world = World(model({"work": [script("Work")]}, workers=1))
    world.start("work")
    world.run_out()
    assert not world.state.locks


def test_a_job_without_a_mode_asks_for_no_lock() -> None:
    """L5: a `runbook` step takes none."""
    job = Job(id="j", run="r", kind="runbook", step=0, worker="worker1", mode=None, queued_at=0.0)
    for each in (job, replace(job, worker=None, mode="shared")):
        state, asking = enqueue(State(), each)
        assert asking.wait is None
        assert not state.locks


@pytest.mark.parametrize("exclusive", ["worker", "pool"])
def test_an_exclusive_worker_or_pool_takes_one_script_at_a_time(exclusive: str) -> None:
    """L3: in order of asking."""
    declared = model({"work": [script("Work")]}, workers=1)
    workers = {"worker1": Worker(name="worker1", exclusive=exclusive == "worker")}
    pools = {"setup": Pool(name="Setup", workers=("worker1",), exclusive=exclusive == "pool")}
    world = World(replace(declared, workers=workers, pools=pools))
    for _ in range(3):
        world.start("work")
    assert started(world) == ["job-1.1"]
    world.run_out()
    assert started(world) == ["job-1.1", "job-2.1", "job-3.1"]


@pytest.mark.parametrize(
    ("mode", "held", "exclusive", "admitted"),
    [
        ("shared", False, False, True),
        ("exclusive", False, False, True),
        ("shared", True, False, True),
        ("exclusive", True, False, False),
        ("shared", True, True, False),
        ("exclusive", True, True, False),
    ],
)
def test_l1_many_share_a_lock_or_one_has_it_alone(mode, held, exclusive, admitted) -> None:
    assert admits(mode, held=held, exclusive=exclusive) is admitted
