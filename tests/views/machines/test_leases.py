"""W12: leases in lists, on pages and in plans."""

from datetime import UTC

from octotui.engine import commands
from octotui.engine.state import MachineLease
from octotui.model.machines.dynamic_pools import Image
from octotui.views import pools
from octotui.views.leaving import open_work
from octotui.views.machines.leases import (
    destruction,
    facts,
    in_short,
    lease_row,
    leases_in_order,
    of_pool,
    of_worker,
    plain,
    planned_machines,
    sentence,
)
from octotui.views.pages.page import PagePlace
from octotui.views.pages.place_pages import PageScope, page
from tests.leases import HOUR, MINUTE, TAKES, LeaseWorld, dynamic, hosted, in_every_phase
from tests.world import script

IMAGES = {"images": {"ubuntu": Image(name="Ubuntu 22", deprecated="2027-04-01")}}


def world(**terms: object) -> LeaseWorld:
    made = LeaseWorld(hosted({"go": [script("Work")]}, more=IMAGES, cost="0.60 EUR", **terms))
    made.start("go")
    made.until(HOUR / 2)
    return made


def lease(made: LeaseWorld) -> MachineLease:
    return leases_in_order(made.state)[0]


def test_w12_a_lease_says_its_age_its_end_what_starting_took_and_its_cost() -> None:
    made = world()
    told = facts(made.state, lease(made), made.now)
    assert told[:3] == ["is ready", "idle for 28m57s", "30m00s old"]
    assert "was ready after 1m00s" in told
    assert "image Ubuntu 22" in told
    assert "costs 0.60 EUR an hour" in told
    assert "0.29 EUR so far" in told
    assert any(each.startswith("ends at ") and each.endswith("in 31m02s") for each in told)
    assert sentence(made.state, lease(made), made.now).startswith("lease-1  setup-1 is ready · idle for")


def test_w12_json_has_all_of_it() -> None:
    made = world()
    found = plain(lease_row(made.state, lease(made), made.now))
    assert (found["lease"], found["phase"], found["runs"], found["machine"]) == (
        "lease-1",
        "ready",
        [],
        "vm-1",
    )
    assert found["name"].startswith("octotui-test-lease-1-")


def test_w12_a_cost_that_is_no_number_is_only_said() -> None:
    made = LeaseWorld(hosted({"go": [script("Work")]}, cost="a lot"))
    made.start("go")
    assert "costs a lot an hour" in facts(made.state, lease(made), made.now)
    assert lease_row(made.state, lease(made), made.now).spent == ""


def test_w12_a_pool_says_how_its_machines_stand_and_that_its_image_is_deprecated() -> None:
    made = world()
    row = pools.pool_row(made.state.model, "setup", made.state)
    assert row.policy == "dynamic 1/1 ready · deprecated"
    said = "1 of 1 machine: lease-1 is ready · image Ubuntu 22 is deprecated from 2027-04-01 on"
    assert of_pool(made.state, "setup", dynamic()) == said
    assert of_pool(made.state, "none", dynamic(max=2)).startswith("0 of 2 machines · image")
    assert pools.pool_row(made.state.model, "setup").policy == "dynamic"
    assert pools.members(made.state.model, "setup", made.state.model.pool("setup")) == ("setup-1",)


def test_w12_who_leaves_is_told_that_machines_stay() -> None:
    assert open_work(world().state).lines[-1] == "1 leased machine stays until the space is opened again"


def test_w12_a_plan_says_which_machine_would_be_provisioned() -> None:
    made = LeaseWorld(hosted({"go": [script("Work")]}, more=IMAGES))
    made.start("go")
    made.until(2 * MINUTE)
    assert list(planned_machines(made.events, made.state)) == [
        "a machine of pool setup would be provisioned, in about 1m00s: setup-1,"
        " image Ubuntu 22 is deprecated from 2027-04-01 on"
    ]
    kept = LeaseWorld(hosted({"go": [script("Work")]}, warm=1))
    assert list(planned_machines(kept.events, kept.state)) == []


def test_w12_the_page_of_a_worker_and_of_its_pool_have_the_lease() -> None:
    made = world()
    assert of_worker(made.state, "setup-1") == lease(made)
    assert of_worker(made.state, "other") is None
    for place in (PagePlace("worker", "setup-1"), PagePlace("pool", "setup")):
        told = [each.text for each in page(place, PageScope(made.state, made.now, UTC))]
        assert any("lease-1" in each for each in told), place


def test_w12_a_lease_says_since_when_it_is_being_provisioned_and_its_age_counts_from_then() -> None:
    made = LeaseWorld(hosted({"go": [script("Work")]}))
    made.problems = ["quota"]
    made.start("go")
    made.until(20)
    told = facts(made.state, lease(made), made.now, UTC)
    assert told[:3] == [
        "being provisioned since 13:46:40",
        "1 failed try, tried a 2nd time, for 9s: quota",
        "20s old",
    ]
    made.until(TAKES)
    assert "1m20s old" in facts(made.state, lease(made), made.now)


def test_w12_one_word_says_how_a_lease_stands_everywhere() -> None:
    """W12: one that drains, one whose provider is destroying it, and one that is tried again later."""
    made = world(idle=HOUR)
    made.unbroken = ["busy"]
    made.start("go")
    made.send(commands.DestroyMachine(lease="lease-1", by="ben"))
    told = facts(made.state, lease(made), made.now)
    assert told[0] == "is draining, and ends when no run uses it any more: destroyed by ben"
    assert lease_row(made.state, lease(made), made.now).phase == "draining"
    assert in_short(made.state, "setup", dynamic()).startswith("1/1 draining")
    while made.leases == {"lease-1": "draining"}:
        made.step()
    assert facts(made.state, lease(made), made.now)[0] == "being destroyed: destroyed by ben"
    assert in_short(made.state, "setup", dynamic()).startswith("1/1 being destroyed")
    made.until(2)
    told = facts(made.state, lease(made), made.now)
    assert told[:2] == ["to be destroyed: destroyed by ben", "1 failed try: busy"]


def test_w12_a_machine_that_was_not_reached_says_why() -> None:
    """W12: also one that was adopted, and is not there."""
    made = LeaseWorld(hosted({"go": [script("Work")]}))
    made.health = "unavailable"
    made.send(commands.AdoptMachine(pool="setup", machine="vm-9", endpoint="ssh://nine", by="ann"))
    made.until(1)
    assert facts(made.state, lease(made), made.now)[0] == "not reached yet: why"


def test_w12_the_question_whether_to_destroy_a_machine_says_what_runs_there() -> None:
    state = in_every_phase().state
    leases = {each.worker: each for each in state.machine_leases.values()}
    used, idle = leases["old-5"], leases["new-7"]
    question, told = destruction(state, used)
    assert question == f"Destroy {used.worker} now, the machine of {used.id}?"
    assert told.endswith("uses it: what runs there is lost.")
    assert destruction(state, idle)[1] == "No run uses it."
