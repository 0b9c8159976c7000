"""M1: jobs whose machine is away, and commands that people run beside all runs."""

from hashlib import sha256

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
        seq=told.seq,
        at=told.at,
        machine="worker1",
        text="uname\\n -a",
        length=9,
        sha256=sha256(b"uname\n -a").hexdigest(),
        by="ann",
        origin="tty",
    )
    (told,) = world.send(commands.RecordCommand(machine="worker1", text="x" * 1000))
    assert isinstance(told, events.CommandSent)
    assert (told.text, told.length) == ("x" * LONGEST + "…", 1000)
    with pytest.raises(Refused, match="no worker or target “worker9”"):
        world.send(commands.RecordCommand(machine="worker9", text="true"))


def test_i8_the_record_of_a_command_hides_no_end_of_it() -> None:
    """Neither a line end, nor what comes after much of nothing, nor letters that no screen shows."""
    world = World(SMALL)

    def recorded(text: str) -> events.CommandSent:
        (told,) = world.send(commands.RecordCommand(machine="worker1", text=text))
        assert isinstance(told, events.CommandSent)
        return told

    assert recorded("true\nrm -rf x\t\x1b[2K\u202e").text == "true\\nrm -rf x\\t\\x1b[2K\\u202e"
    padded, other = recorded(f"true #{' ' * 400}\nrm -rf x"), recorded(f"true #{' ' * 400}\nrm -rf y")
    assert padded.text == other.text == f"true #{' ' * (LONGEST - 6)}…"
    assert padded.length == other.length == 415
    assert padded.sha256 != other.sha256
    assert recorded("\udcff\ud800").text == "\\udcff\\ud800"
