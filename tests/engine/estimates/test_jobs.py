"""About how long a job takes, and until when."""

from math import inf

from msgspec.structs import replace

from octotui.engine.estimates.jobs import about, durations_of_job, ends_at, key_of
from octotui.engine.events import JobStarted
from octotui.model.process import Simulate
from tests.world import World, child, model, packages, script


def told(times: int) -> World:
    """A script of 30 s has run so many times, and runs."""
    world = World(model({"backup": [script("Dump", simulate=Simulate(takes=30.0))]}))
    for _ in range(times):
        world.start("backup")
        world.run_out()
    world.start("backup")
    return world


def test_e1_of_fewer_than_three_nothing_is_said():
    world = told(2)
    job = world.state.jobs["job-3.1"]
    assert about(world.state, job) is None
    assert ends_at(world.state, job, world.now) == inf


def test_e1_a_running_job_ends_about_the_median_after_its_start():
    world = told(3)
    job = world.state.jobs["job-4.1"]
    assert about(world.state, job) == 30.0
    assert ends_at(world.state, job, world.now + 10) == world.now + 30


def test_e1_one_that_is_overdue_or_being_ended_may_end_at_any_moment():
    world = told(3)
    job = world.state.jobs["job-4.1"]
    assert ends_at(world.state, job, world.now + 45) == world.now + 45
    assert ends_at(world.state, replace(job, stopping="cancelled"), world.now + 5) == world.now + 5


def test_e4_what_is_expected_is_recorded_as_an_attempt_starts():
    """E4, R3: in the event, so that a family's own events say the same."""
    starts = [event.expected for event in told(3).happened(JobStarted)]
    assert starts[3] == 30.0
    assert not any(isinstance(each, float) for each in starts[:3])


def test_e1_another_environment_is_another_step():
    world = told(3)
    world.start("backup", environment="production")
    assert about(world.state, world.state.jobs["job-5.1"]) is None


def test_e1_acquiring_packages_has_an_estimate_of_its_own():
    steps = [script("Build", packages=packages("tools"), simulate=Simulate(takes=9.0))]
    world = World(model({"build": steps}))
    for _ in range(3):
        world.start("build")
        world.run_out()
    world.start("build")
    assert durations_of_job(world.state, world.state.jobs["job-4.1"]).taken == (2.0, 2.0, 2.0)


def test_a_step_that_starts_a_run_has_none_of_its_own():
    world = World(model({"top": [child("Child", "a", wait=True)], "a": [script("X")]}))
    world.start("top")
    assert key_of(world.state, world.state.jobs["job-1.1"]) is None
