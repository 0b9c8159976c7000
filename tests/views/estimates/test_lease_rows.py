"""W12: machines that are provisioned, starting, draining or destroyed have a row of their own."""

import pytest

from octotui.engine import commands
from octotui.views import pools, why
from octotui.views.estimates.lease_rows import coming_or_going, why_not, workers_of
from octotui.views.pages.page import PagePlace
from octotui.views.pages.place_pages import PageScope, page
from tests.leases import HOUR, TAKES, LeaseWorld, hosted
from tests.scenes import takes
from tests.world import script


def world(**terms: object) -> LeaseWorld:
    return LeaseWorld(hosted({"go": [script("Work", simulate=takes(9))]}, **terms))


def told(made: LeaseWorld) -> tuple[str, str, str]:
    """The sign, the state and the note of the only row."""
    assert pools.order(made.state.model, made.state) == (("setup", ""), ("setup", "setup-1"))
    row = pools.worker_row(made.state, "setup", "setup-1", now=made.now)
    return row.mark.sign, row.mark.word, row.note


def test_w12_a_machine_has_a_row_from_its_request_until_it_is_destroyed() -> None:
    made = world()
    made.problems, made.unbroken = ["quota"], ["busy"]
    run = made.start("go")
    assert told(made) == ("waits", "provisioning", "0s")
    made.until(3)
    assert told(made) == ("waits", "provisioning", "again in 8s · failed 1 time: quota")
    made.until(9)
    assert told(made) == ("waits", "provisioning", "a 2nd time, for 1s · failed 1 time: quota")
    assert why_not(made.state, "setup-1") == "provisioning"
    made.health = "unavailable"
    made.until(TAKES)
    assert told(made) == ("waits", "starting", "1s · why")
    made.health = "healthy"
    made.send(commands.CheckHealth(machines=("setup-1",)))
    made.until(1)
    assert told(made)[1] == "running"
    assert coming_or_going(made.state, "setup-1") is None
    made.send(commands.DestroyMachine(lease="lease-1", by="ben"))
    assert told(made) == ("ending", "draining", f"ends with {run}")
    while made.leases == {"lease-1": "draining"}:
        made.step()
    assert told(made) == ("ending", "being destroyed", "destroyed by ben")
    made.until(3)
    assert told(made) == ("ending", "to be destroyed", "again in 8s · failed 1 time: busy")
    made.until(HOUR)
    assert workers_of(made.state, "setup") == ()


def test_w12_a_machine_that_is_not_well_says_with_which_runs_it_ends() -> None:
    made = world()
    run = made.start("go")
    made.until(TAKES + 1)
    made.health = "unavailable"
    made.send(commands.CheckHealth(machines=("setup-1",)))
    made.until(1)
    assert told(made) == ("bad", "unavailable", f"ends with {run}")


def test_w12_e2_about_how_long_it_still_takes() -> None:
    made = world(idle=0.0)
    for _ in range(3):
        made.start("go")
        made.until(HOUR)
    made.start("go")
    made.until(17)
    row = pools.worker_row(made.state, "setup", "setup-4", now=made.now)
    assert row.note == "17s · about 43s more"


@pytest.mark.parametrize("seconds", [1, TAKES + 1])
def test_w12_its_page_and_w_say_how_it_stands(seconds: float) -> None:
    """W12: also before there is a machine of which the model knows."""
    made = world()
    made.start("go")
    made.until(seconds)
    lines = [each.text for each in page(PagePlace("worker", "setup-1"), PageScope(made.state, made.now))]
    reasons = dict(why.of_worker(made.state, "setup-1", made.now))
    assert "lease-1" in lines
    assert reasons["Machine lease"][0] == "lease-1"
    if seconds == 1:
        assert any("may not be selected: it is provisioning" in each for each in lines)
        assert reasons["State"] == ["may not be selected: it is provisioning"]
    else:
        assert reasons["State"] == ["may be selected"]
