from msgspec.structs import replace

from octotui.engine import commands
from octotui.model.process import Runbook
from octotui.model.space import Project, Schedule
from octotui.views.schedules import schedule_lines
from tests.world import START, World, model, script

HALF = "30 * * * *"


def world(**schedules: Schedule) -> World:
    declared = model({"go": [script("A")]}, projects={"shop": Project(deployment=Runbook(name="Shop"))})
    return World(replace(declared, schedules=schedules))


def test_a_schedule_says_what_it_starts_and_when_next():
    """Q5: here, and in how long; it is 13:46:40."""
    nightly = Schedule(name="N", cron="0 3 * * *", timezone="Europe/Berlin", runbook="go", environment="test")
    assert schedule_lines(world(nightly=nightly).state, START, 2) == [
        (
            "N (nightly) · Go · Test",
            [
                "At 03:00 every day, Europe/Berlin",
                "starts at Jan 13 02:00 UTC, in 12h13m",
                "starts at Jan 14 02:00 UTC, in 1d12h",
            ],
        )
    ]


def test_it_says_how_the_last_time_went():
    """Q5: a run, or why there was none."""
    half = Schedule(name="H", cron=HALF, runbook="go")
    shop = Schedule(name="shop", cron=HALF, project="shop", environment="test")
    here = world(half=half, shop=shop)
    for slug in ("half", "shop"):
        here.send(commands.StartDue(schedule=slug, due=START - 1000))
    found = dict(schedule_lines(here.state, START, 1))
    assert found["H (half) · Go"][1] == "started a run at 13:30 UTC"
    assert found["shop · newest release of Shop · Test"][1] == (
        "did not start a run at 13:30 UTC: Shop is a project: make a release of it,"
        " and say which one to deploy"
    )


def test_one_that_is_not_enabled_says_so():
    """Q5: and no times."""
    half = Schedule(name="H", cron=HALF, runbook="go", enabled=False)
    lines = schedule_lines(world(half=half).state, START)[0][1]
    assert lines == ["At minute 30 of every hour, UTC", "is not enabled"]
