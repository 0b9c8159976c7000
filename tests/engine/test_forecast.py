"""What becomes of open runs, if everything takes as long as it did."""

from random import Random

import pytest

from octotui.engine import commands
from octotui.engine.advance import advance
from octotui.engine.events import AnyEvent, JobStarted, RunEnded, RunStarted
from octotui.engine.forecast import MOST_EVENTS, UNKNOWN, Forecast, forecast
from octotui.engine.state import State
from octotui.model.process import Runbook, Simulate
from octotui.model.space import Model
from tests.leases import LeaseWorld, hosted
from tests.world import START, World, child, engine, manual, model, on_targets, packages, script

KINDS = ("dump", "tagged", "build", "family", "wide", "rolled", "later")


def takes(seconds: float) -> dict[str, Simulate]:
    return {"simulate": Simulate(takes=seconds)}


def space(**more: int) -> Model:
    """Runs that meet in locks, in a tag, in the cap and in their places, and some that start others."""
    wide = [script(f"W{number}", start="with-previous", **takes(4.0 + number)) for number in range(4)]
    return model(
        {
            "dump": [script("Dump", **takes(31)), script("Send", **takes(7))],
            "tagged": Runbook(name="Tagged", concurrency="one", steps=(script("Count", **takes(12)),)),
            "build": [script("Build", packages=packages("tools"), **takes(55))],
            "family": [child("Wait", "dump", wait=True), script("Report", **takes(3)), child("Go", "tagged")],
            "wide": wide,
            "rolled": [on_targets("Roll", "web", window=2, **takes(5))],
            "later": [script("Sweep", **takes(6))],
            "ask": [script("Look", **takes(2)), manual("May it?"), script("Go on", **takes(2))],
            "rarely": [script("New", **takes(9)), script("Newer", **takes(9))],
        },
        2,
        **engine(**{"task_cap": 3, "max_parallelism": 2, **more}),
    )


def experienced() -> World:
    world = World(space())
    for kind in KINDS * 3:
        world.start(kind)
        world.run_out()
    return world


@pytest.mark.parametrize("seed", range(20))
def test_e2_a_world_in_which_nothing_is_new_becomes_what_was_forecast(seed: int):
    """E2: every start of a job and of a run, and every end of a run, to the second."""
    random, world = Random(seed), experienced()
    for _ in range(12):
        world.start(random.choice(KINDS))
        world.run_until(world.now - START + random.uniform(0.0, 5.0))
    seen, coming = len(world.events), forecast(world.state, world.now)
    world.run_out()
    rest = world.events[seen:]
    starts = {event.run: event.at for event in reversed(rest) if isinstance(event, RunStarted)}
    assert {event.job: event.at for event in rest if isinstance(event, JobStarted)} == pytest.approx(
        coming.job_starts
    )
    assert {event.run: event.at for event in rest if isinstance(event, RunEnded)} == pytest.approx(
        coming.run_ends
    )
    assert starts.items() <= {run: pytest.approx(at) for run, at in coming.run_starts.items()}.items()


def test_e2_a_run_with_a_step_of_which_too_little_is_known_has_no_end():
    """E2: and neither has what waits for it; others have."""
    world = experienced()
    for kind in ("rarely", "dump"):
        world.start(kind)
    new, old = sorted(world.state.runs)
    coming = forecast(world.state, world.now)
    assert new not in coming.run_ends
    assert coming.run_ends[old] == world.now + 38


def test_e2_nobody_answers_a_question_in_a_forecast():
    world = experienced()
    for _ in range(3):
        world.start("ask")
        world.run_out()
        world.answer()
        world.run_out()
    run = world.start("ask")
    assert run not in forecast(world.state, world.now).run_ends
    world.run_until(world.now - START + 5)
    world.answer()
    assert forecast(world.state, world.now).run_ends[run] == world.now + 2


def test_e2_a_run_that_starts_at_a_time_is_forecast_from_then_on():
    world = experienced()
    run = world.start("later", not_before=world.now + 100)
    coming = forecast(world.state, world.now)
    assert (coming.run_starts[run], coming.run_ends[run]) == (world.now + 100, world.now + 106)


def test_e2_one_that_is_being_ended_ends_at_any_moment():
    world = experienced()
    run = world.start("dump")
    world.send(commands.CancelRun(run=run))
    coming = forecast(world.state, world.now)
    assert coming.run_ends[run] == world.now


def test_e2_what_is_overdue_may_end_at_any_moment():
    world = experienced()
    run = world.start("later")
    coming = forecast(world.state, world.now + 60)
    assert (coming.at, coming.run_ends[run]) == (world.now + 60, world.now + 60)


def test_e2_limits_of_time_do_not_strike():
    """E2: of a step of which too little is known, a limit is no estimate."""
    world = World(model({"limited": [script("Work", time_limit=5.0, **takes(2))]}))
    world.start("limited")
    assert forecast(world.state, world.now) == Forecast(world.now)


def test_e2_its_cost_is_bounded():
    world = World(space())
    for kind in KINDS * 3:
        world.start(kind)
        world.run_out()
    for _ in range(400):
        world.start("later")
    few = forecast(world.state, world.now, most=50)
    more = forecast(world.state, world.now)
    assert 0 < len(few.run_ends) < len(more.run_ends) <= MOST_EVENTS
    assert few.run_ends.items() <= more.run_ends.items()


def test_e2_runs_that_wait_for_versions_count_as_everything_does(monkeypatch: pytest.MonkeyPatch):
    """E2: as many as wait while a feed cannot be read."""
    world = experienced()
    state = world.state
    for _ in range(100):
        state, _ = advance(state, commands.StartRun(process="build"), world.now)
    sent: list[str] = []

    def counted(state: State, command: commands.Command, at: float) -> tuple[State, tuple[AnyEvent, ...]]:
        sent.append(type(command).__name__)
        return advance(state, command, at)

    monkeypatch.setattr("octotui.engine.advance.advance", counted)
    assert not forecast(state, world.now, most=20).run_ends
    assert 0 < len(sent) <= 20
    assert len(forecast(state, world.now).run_ends) > 20
    assert sent.count("ChoosePackages") >= 100


def test_e2_it_changes_nothing():
    """E5, R3: the State that is looked at stays what it was."""
    world = experienced()
    world.start("family")
    before = world.state
    assert forecast(before, world.now) == forecast(before, world.now) != UNKNOWN
    assert world.state is before


def test_w12_a_machine_that_is_starting_is_ready_about_as_soon_as_the_last_ones() -> None:
    world = LeaseWorld(hosted({"go": [script("Work", **takes(10))]}, idle=10.0))
    for _ in range(3):
        world.start("go")
        world.until(400)
    world.health = "unavailable"
    run = world.start("go")
    started = world.now
    world.until(61)
    assert [each.phase for each in world.state.machine_leases.values()] == ["starting"]
    ends = forecast(world.state, world.now).run_ends
    assert started + 70 <= ends[run] <= started + 75
