"""Estimates in words."""

from datetime import UTC

import pytest
from msgspec.structs import replace

from octotui.engine.state.durations import UNKNOWN
from octotui.model.process import Simulate
from octotui.views.estimates.sentences import accuracy, end_of, ending, left, more, of_step, of_waits, until
from tests.scenes import SCENES
from tests.world import START, World, model, script


def dumping(times: int) -> World:
    """A script of 30 s has run so many times, and has been running for ten."""
    world = World(model({"backup": [script("Dump", simulate=Simulate(takes=30.0))]}))
    for _ in range(times):
        world.start("backup")
        world.run_out()
    world.start("backup")
    world.run_until(world.now - START + 10)
    return world


def test_e1_a_running_step_says_how_much_longer_it_takes_or_how_much_too_long():
    world = dumping(3)
    (job,) = world.state.jobs.values()
    assert left(world.state, job, world.now) == "about 20s left"
    assert left(world.state, job, world.now + 27) == "over by 7s"
    assert end_of(world.state, job) == world.now + 20


def test_e1_of_fewer_than_three_nothing_is_said():
    world = dumping(2)
    (job,) = world.state.jobs.values()
    assert (left(world.state, job, world.now), of_step(world.state, job, world.now)) == ("", "")


def test_e1_nothing_is_said_of_one_that_is_being_ended():
    world = dumping(3)
    (job,) = world.state.jobs.values()
    assert left(world.state, replace(job, stopping="cancelled"), world.now) == ""


def test_e4_all_of_an_estimate_says_how_far_off_the_last_were():
    scene = SCENES["estimated"]()
    told = [of_step(scene.state, job, scene.now, UTC) for job in scene.state.jobs.values()]
    assert (
        "takes about 30s: about 20s left, until about 13:56:16 (the last 3 estimates were off by 10 %)"
    ) in told


@pytest.mark.parametrize(("at", "said"), [(None, ""), (0.4, " · any moment"), (75.0, " · about 1m15s more")])
def test_e3_a_wait_says_how_much_longer_it_lasts(at: float | None, said: str):
    assert more(None if at is None else START + at, START) == said


def test_e2_ends_are_told_by_the_clock_and_by_their_distance():
    assert ending(START + 75, START, UTC) == "about 13:47:55, in about 1m15s"
    assert ending(START, START, UTC) == "any moment"
    assert until(START + 75, START, UTC) == ", until about 13:47:55"
    assert until(START, START, UTC) == until(None, START, UTC) == ""


def test_e4_how_far_off_is_said_where_anything_was_estimated():
    assert accuracy(UNKNOWN.add(9.0, None)) == ""
    assert accuracy(UNKNOWN.add(100.0, 92.0)) == "the last estimate was off by 8 %"
    assert accuracy(UNKNOWN.add(50.0, 60.0).add(50.0, 50.0)) == "the last 2 estimates were off by 10 %"


def test_e4_a_machine_says_how_far_off_waits_for_its_lock_were():
    scene = SCENES["estimated"]()
    assert of_waits(scene.state, "worker1") == "the last estimate was off by 17 %"
    assert of_waits(scene.state, "worker3") == ""
