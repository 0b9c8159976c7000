"""W12, L4: what a run waits for that has no machine yet, in words."""

import pytest

from octotui.engine.forecast import forecast
from octotui.views import waits
from octotui.views.estimates.lease_wait import sentence, until
from octotui.views.tree.run_tree import rows
from tests.leases import MINUTE, TAKES, LeaseWorld, hosted
from tests.world import START, script


def waiting(**terms: object) -> LeaseWorld:
    return LeaseWorld(hosted({"go": [script("Work")]}, **terms))


def told(world: LeaseWorld, run: str) -> str:
    return sentence(world.state, world.state.runs[run], world.now)


def test_w12_it_says_which_lease_and_for_how_long() -> None:
    world = waiting()
    run = world.start("go")
    world.until(6)
    assert told(world, run) == (
        "waits for a machine of pool setup: lease-1 being provisioned for 6s · gives up in 59m54s"
    )
    wait = waits.of_run(world.state, world.state.runs[run], world.now)
    assert wait is not None
    assert (wait.what, wait.since, wait.until) == ("a machine", START, None)
    notes = [row.text for row in rows(world.state, run, world.now)]
    assert any("waits for a machine of pool setup" in each for each in notes)


def test_w12_it_says_which_tries_failed_and_why() -> None:
    world = waiting()
    world.problems = ["quota"] * 2
    run = world.start("go")
    world.until(3)
    assert "lease-1 is tried again in 8s, since it failed 1 time: quota" in told(world, run)
    world.until(12)
    assert world.lease().due is not None
    world.until(TAKES / 2)
    assert "lease-1 is asked a 3rd time, for 13s; before: quota · gives up in" in told(world, run)


def test_w12_it_says_where_no_further_try_comes() -> None:
    world = waiting(limit=20.0)
    world.problems = ["quota"] * 9
    run = world.start("go")
    world.until(13)
    said = "lease-1 failed 2 times: quota; no further try comes before the limit · gives up in 7s"
    assert said in told(world, run)


def test_w12_it_says_that_a_machine_does_not_answer() -> None:
    world = waiting()
    world.health = "unavailable"
    run = world.start("go")
    world.until(TAKES + 5)
    assert "lease-1 not reached yet, for 5s: why" in told(world, run)


def test_w12_it_says_which_machine_must_be_gone_first() -> None:
    world = waiting(idle=MINUTE)
    world.unbroken = ["busy"] * 9
    world.start("go")
    world.until(TAKES + 70)
    run = world.start("go")
    assert "pool setup: lease-1 is to be destroyed first, which failed 1 time: busy" in told(world, run)


def test_w12_e2_about_how_long_is_said_once_three_are_known() -> None:
    """W12, E2: the tree and the forecast say about when it goes on."""
    world = waiting(idle=0.0)
    for _ in range(3):
        world.start("go")
        world.until(1000)
    run = world.start("go")
    world.until(20)
    at = until(world.state, world.state.runs[run])
    assert at == pytest.approx(world.now + 40, abs=1)
    assert "about 40s more" in told(world, run)
    coming = forecast(world.state, world.now)
    assert coming.run_ends[run] == pytest.approx(world.now + 42, abs=1)
