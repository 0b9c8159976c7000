"""M1: jobs whose machine is away, and commands that people run beside all runs."""

import pytest

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.decide.machines.reachability import LONGEST
from octotui.engine.state import JobOutage, Outcome
from tests.world import START, World, model, script

SMALL = model({"go": [script("A", retries=1)]})


def away(world: World, reason: str = "no route", **more: object) -> tuple[events.AnyEvent, ...]:
    return world.send(
        commands.ReportReachability(**{"job": "job-1.1", "attempt": 1, "reason": reason, **more})  # type: ignore[arg-type]
    )


def running() -> World:
    world = World(SMALL)
    world.send(commands.StartRun(process="go"))
    return world


def test_m1_a_job_says_since_when_its_machine_is_away_until_it_answers() -> None:
    world = running()
    away(world, next_try=START + 5)
    assert world.state.jobs["job-1.1"].outage == JobOutage(START, "no route", START + 5)
    world.now += 6
    away(world, "timed out", next_try=START + 9)
    assert world.state.jobs["job-1.1"].outage == JobOutage(START, "timed out", START + 9)
    assert away(world, "timed out", next_try=START + 9) == ()
    away(world, "")
    assert world.state.jobs["job-1.1"].outage is None
    assert away(world, "") == ()


def test_m1_a_stale_report_is_ignored() -> None:
    world = running()
    assert away(world, attempt=2) == ()
    assert away(world, job="job-9.9") == ()


@pytest.mark.parametrize("outcome", ["failed", "succeeded", "lost"])
def test_m1_no_outage_outlasts_its_attempt(outcome: str) -> None:
    world = running()
    away(world)
    ended = Outcome(state=outcome)  # type: ignore[arg-type]
    world.send(commands.ReportOutcome(job="job-1.1", attempt=1, outcome=ended))
    job = world.state.jobs.get("job-1.1")
    assert job is None or job.outage is None
    assert away(world) == ()


def test_i8_a_command_that_a_person_runs_is_recorded() -> None:
    world = World(SMALL)
    (told,) = world.send(commands.RecordCommand(machine="worker1", text="uname\n -a", by="ann", origin="tty"))
    assert told == events.CommandSent(
        seq=told.seq, at=told.at, machine="worker1", text="uname -a", by="ann", origin="tty"
    )
    (told,) = world.send(commands.RecordCommand(machine="worker1", text="x" * 1000))
    assert isinstance(told, events.CommandSent)
    assert told.text == "x" * LONGEST + "…"
    with pytest.raises(Refused, match="no worker or target “worker9”"):
        world.send(commands.RecordCommand(machine="worker9", text="true"))
