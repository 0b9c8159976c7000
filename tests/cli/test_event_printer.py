"""What is told of a run, in lines or in JSON."""

import json
from pathlib import Path

import pytest

from octotui.cli.event_printer import EventPrinter
from octotui.engine.state import State
from tests.leases import TAKES, LeaseWorld, hosted
from tests.scenes import SCENES
from tests.world import World, model, replay, script


def world() -> World:
    made = World(model({"a": [script("Run")]}))
    made.start("a")
    made.run_out()
    return made


def test_lines_of_several_events_are_told_each_in_its_own_state(capsys: pytest.CaptureFixture[str]) -> None:
    done = world()
    EventPrinter(as_json=False, ascii_only=True).tell(tuple(done.events), State(), done.state)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "the model of Test is loaded"
    assert told[-1] == "run-1  succeeded"
    assert any("starts on worker1" in line for line in told)


def test_json_is_utf_8_whatever_the_output_says(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = world()
    printer = EventPrinter(as_json=True, ascii_only=True)
    printer.tell(tuple(done.events), State(), done.state)
    printer.end(replay(done.events), "run-1", done.now)
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [line.get("seq") for line in lines] == [*range(1, len(done.events) + 1), None]
    assert lines[-1]["type"] == "Summary"


def test_v7_it_says_where_files_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    done = SCENES["telling"]()
    printer = EventPrinter(as_json=False, ascii_only=False)
    printer.where = lambda *names: Path("/kept", *names)
    printer.tell(tuple(done.world.events), State(), done.state)
    told = capsys.readouterr().out.splitlines()
    wanted = "run-1  artifact kraken-weight.csv 12 KiB kept at /kept/run-1/job-1.1/kraken-weight.csv"
    assert wanted in told


def test_w12_it_tells_of_the_machine_that_a_run_waits_for(capsys: pytest.CaptureFixture[str]) -> None:
    """W12, E2: and about when it is ready; once the run has its worker, no more."""
    world = LeaseWorld(hosted({"a": [script("Run")]}, idle=0.0))
    for _ in range(3):
        world.start("a")
        world.until(1000)
    count, before = len(world.events), world.state
    run = world.start("a")
    world.until(TAKES + 100)
    printer = EventPrinter(as_json=False, ascii_only=False)
    printer.hold()
    printer.tell(tuple(world.events[count:]), before, world.state)
    printer.follow(run)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("lease-")]
    assert (
        told[0] == "lease-4  a machine of pool setup is being provisioned from ubuntu, ready in about 1m00s"
    )
    assert told[-1].startswith("lease-4  setup-4 is ready")
