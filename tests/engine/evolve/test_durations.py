"""What is kept in a State of how long things took."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.estimates.jobs import durations_of
from octotui.engine.evolve import durations
from octotui.engine.state import Job, State
from octotui.engine.state.durations import Durations
from octotui.engine.state.retained import restored, retained_state
from octotui.engine.state.snapshot import decode, encode
from octotui.model.process import Runbook, Simulate
from octotui.model.space import Pool
from tests.world import World, model, replay, script

ALONE = {"pools": {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}}


def dumping(takes: float = 30.0, **more: object) -> World:
    steps = [script("Dump", simulate=Simulate(takes=takes), **more)]
    return World(model({"backup": steps}, 1, **ALONE))


def test_e1_successful_attempts_are_kept_by_step_and_environment():
    """E1: what was waited is no part of it."""
    world = dumping()
    for environment in ("test", "test", "production"):
        world.start("backup", environment=environment)
    world.run_out()
    assert durations_of(world.state, "backup/test/Dump").taken == (30.0, 30.0)
    assert durations_of(world.state, "backup/production/Dump").taken == (30.0,)


def test_e1_what_failed_or_was_ended_is_not_kept():
    world = World(model({"break": [script("Poke", simulate=Simulate(takes=4.0, result="failure"))]}))
    world.start("break")
    world.run_out()
    other = dumping()
    other.start("backup")
    other.run_until(3)
    other.send(commands.CancelRun(run="run-1"))
    other.run_out()
    assert not world.state.durations
    assert not other.state.durations


def test_e1_of_an_attempt_that_is_retried_only_the_last_counts():
    world = World(model({"retry": [script("Try", retries=1, backoff=20.0)]}))
    world.start("retry")
    world.run_until(1)
    world.report("job-1.1", "failed", reason="exit code 1")
    world.run_out()
    assert durations_of(world.state, "retry//Try").taken == (2.0,)


def test_e4_an_attempt_is_kept_beside_what_was_expected_of_it():
    world = dumping()
    for _ in range(4):
        world.start("backup")
        world.run_out()
    kept = durations_of(world.state, "backup//Dump")
    assert kept == Durations(((30.0, None),) * 3 + ((30.0, 30.0),))


def test_e4_a_wait_is_kept_beside_what_was_expected_of_it_by_machine():
    world = dumping()
    for _ in range(3):
        world.start("backup")
        world.run_out()
    assert durations_of(world.state, "worker1") == Durations()
    for _ in range(3):
        world.start("backup")
    world.run_out()
    assert durations_of(world.state, "worker1") == Durations(((30.0, 30.0), (60.0, 60.0)))


def test_e5_the_number_of_keys_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """E5: those that were not used for longest go, at least as many as one generation stay."""
    monkeypatch.setattr(durations, "MOST_KEYS", 4)
    state = State()
    for number in range(40):
        for key in ("often", f"key {number}"):
            state = replace(state, **durations._kept(state, key, 1.0, None))
        known = {*state.durations.keys(), *state.earlier_durations.keys()}
        assert len(known) <= 8
        assert {"often", f"key {number}"} <= known
    assert len(durations_of(state, "often").taken) == 10


def test_e5_they_outlive_the_runs_and_stand_in_snapshots():
    world = dumping()
    for _ in range(3):
        world.start("backup")
        world.run_out()
    state = world.state
    assert decode(encode(state)).durations == state.durations
    bare = State(model=state.model, seq=state.seq, at=state.at)
    assert restored(bare, retained_state(state)) == state
    assert replay(world.events).durations == state.durations


def test_e5_events_of_old_journals_that_do_not_have_them_leave_them_as_they_are():
    world = dumping()
    world.start("backup")
    world.run_out()
    old = replace(retained_state(world.state), durations=UNSET, earlier_durations=UNSET)
    assert restored(world.state, old) == world.state


def test_a_job_without_a_script_has_no_duration():
    world = World(model({"a": Runbook(name="A", steps=(script("X"),))}))
    world.start("a")
    job = Job(
        id="job-1.9", run="run-1", kind="runbook", step=0, worker="worker1", mode=None, queued_at=0.0,
        state="running", started_at=0.0,
    )  # fmt: skip
    assert durations.took(world.state, job, "succeeded") == {}
