"""What each column of a list of runs shows and is sorted by."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from octotui.engine.forecast import forecast
from octotui.store.journal.run_records import RunRecord
from octotui.views import runs
from octotui.views.labels import ASCII, duration
from octotui.views.lists.columns import CellContext, by_column, named
from octotui.views.lists.run_columns import COLUMNS, ESTIMATED, USUAL, needed, sizes, usual
from octotui.views.runs import RunRow
from tests import scenes
from tests.scenes import SCENES
from tests.world import START

DAY = 86_400.0


def cells(row: RunRow, scope: CellContext | None = None, width: int = 60) -> dict[str, str]:
    """The text of every column."""
    scope = scope or CellContext(START, UTC)
    return {
        each.name: "".join(text for text, _ in each.cell(row, min(width, each.most), scope))
        for each in COLUMNS
    }


def seen(name: str, run: str) -> RunRow:
    scene = SCENES[name]()
    row = runs.row(scene.state, run, scene.now)
    assert row is not None
    return row


def test_a_run_that_asks_shows_all_there_is_to_say_of_it():
    assert cells(seen("asking", "run-1")) == {
        "sign": "?", "id": "run-1", "title": "Tame the kraken", "state": "asks", "environment": "Production",
        "started": "13:46", "duration": "42s", "by": "ann", "worker": "worker1 +1",
        "wait": "asks Finance: nobody has taken the question yet", "step": "2/4", "project": "",
        "release": "", "tenant": "Contoso", "queued": "13:46", "ended": "", "warnings": "",
        "left": "", "eta": "",
    }  # fmt: skip


def test_a_deployment_shows_its_project_and_its_release_also_when_it_has_left_the_state():
    scene = scenes.released()
    record = RunRecord(
        number=1, id="run-1", root="run-1", process="shop", name="Shop 1.2.0", requester="ben",
        state="failed", reason="step “A” failed", queued_at=START, started_at=START + 5, ended_at=START + 65,
    )  # fmt: skip
    shop = scene.state.model.projects["shop"].name
    row = runs.past_row(scene.state.model, replace(record, name=f"{shop} 1.2.0"), START)
    told = cells(row)
    assert (told["project"], told["release"], told["by"]) == (shop, "1.2.0", "ben")
    assert (told["started"], told["ended"], told["duration"]) == ("13:46", "13:47", "1m00s")
    assert told["wait"] == "step “A” failed"
    assert {"project", "release"} <= {*usual(scene.state.model)}


def test_columns_that_would_stay_empty_are_not_usual():
    model = scenes.seed().state.model
    assert {"project", "release"} & {*usual(model)} == set()
    assert {"tenant", "environment", "by", "worker", "wait", "step"} <= {*usual(model)}
    assert {"queued", "ended", "warnings"} & {*usual(model)} == set()
    assert "tenant" not in usual(replace(model, tenants={}))
    assert (USUAL[-1], usual(model, ("id", "left", "project"))) == ("tenant", ("id", "left"))


@pytest.mark.parametrize(
    ("width", "ago", "told"),
    [
        (17, 0, "13:46"), (6, 0, "13:46"), (12, DAY, "Jan 11 13:46"), (11, DAY, "Jan 11"), (6, DAY, "Jan 11"),
        (17, 12 * DAY, "Dec 31 1969 13:46"), (12, 12 * DAY, "Dec 31 1969"), (8, 12 * DAY, "Dec 1969"),
        (6, 12 * DAY, "1969"),
    ],
)  # fmt: skip
def test_r11_a_time_leaves_out_what_there_is_no_room_for(width: int, ago: float, told: str):
    row = replace(seen("asking", "run-1"), starts_at=START - ago)
    assert cells(row, width=width)["started"] == told


def test_r11_times_are_told_in_the_zone_of_the_list():
    row = seen("asking", "run-1")
    assert (
        cells(row, CellContext(START, ZoneInfo("Asia/Kathmandu")))["started"] == "19:16"
    )  # UTC+05:30 until 1986


def test_a_run_that_warned_and_goes_ahead_says_so_before_its_title():
    """S7, Q1: where it is not cut."""
    row = replace(seen("asking", "run-1"), warnings=2, ahead=True)
    assert cells(row)["title"] == "↑ !2 Tame the kraken"
    assert cells(row)["warnings"] == "!2"
    assert cells(row, CellContext(START, UTC, ASCII))["sign"] == "?"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (12, "12s"),
        (80, "1m20s"),
        (3599, "59m59s"),
        (7985, "2h13m"),
        (DAY * 3 + 4 * 3600, "3d04h"),
        (DAY * 400, "400d"),
    ],
)
def test_a_duration_has_its_units_and_fits_into_six_cells(seconds: float, told: str):
    assert duration(seconds) == told
    row = replace(seen("asking", "run-1"), seconds=seconds, time="1234:56:78")
    assert cells(row, width=6)["duration"] == told


def test_a_run_takes_no_time_before_it_has_started():
    row = replace(seen("asking", "run-1"), seconds=None, time="")
    assert cells(row)["duration"] == ""
    (took,) = named(COLUMNS, ["duration"])
    assert by_column([row, seen("asking", "run-1")], took, descending=False)[-1] == row


def test_every_column_can_be_sorted_by():
    rows = [seen("many", f"run-{number}") for number in (6, 23, 41, 42, 65, 66)]
    for each in named(COLUMNS, [column.name for column in COLUMNS]):
        up, down = (by_column(rows, each, descending=way) for way in (False, True))
        assert {row.id for row in up} == {row.id for row in down} == {row.id for row in rows}
    (started,) = named(COLUMNS, ["started"])
    times = [row.starts_at for row in by_column(rows, started, descending=False)]
    known = [each for each in times if each is not None]
    assert times == [*sorted(known), *[None] * (len(times) - len(known))]


def test_columns_need_what_the_longest_name_in_the_space_needs():
    state = scenes.seed().state
    record = RunRecord(
        number=9, id="run-9", root="run-9", process="gone", name="Gone", requester="administrator",
        state="failed", reason="it broke", queued_at=START, started_at=START, ended_at=START + 1,
        workers=("west1", "west2"), environment="a-far-away-place",
    )  # fmt: skip
    need = sizes(state, needed(state, {"run-9": record}, ("run-2", "run-9")), ["13:46", "Nov 26 13:46"], 60.0)
    assert (need["id"], need["environment"], need["started"]) == (5, len("a-far-away-place"), 12)
    assert (need["by"], need["duration"], need["title"]) == (13, 5, len("Create AWS RDS"))
    assert need["worker"] == len("worker1 +9")


def test_columns_that_are_empty_in_the_listed_runs_need_nothing():
    state = scenes.seed().state
    need = needed(state, {}, ("run-1",))  # its children have environments
    empty = {name for name, cells in need.items() if not cells}
    assert empty == {"environment", "tenant", "project", "release"}
    assert need["worker"] == len("worker1")  # which it had
    assert sizes(state, need, [], 0.0)["worker"] == len("worker1 +9")  # leased now
    nothing = needed(scenes.idle().state, {}, ())
    assert {name for name, cells in nothing.items() if not cells} == {*empty, "by", "step", "wait", "worker"}


def test_q5_the_wait_column_begins_with_what_is_waited_for():
    """Q5: its head says that it waits."""
    row = replace(seen("asking", "run-1"), detail="waits for worker2: run-9 is running “Dump”")
    assert cells(row)["wait"] == "worker2: run-9 is running “Dump”"
    row = replace(row, detail="run-7 waits for a slot: run-9 Dump has 1 of 1")
    assert cells(row)["wait"] == "run-7: a slot: run-9 Dump has 1 of 1"
    row = replace(row, detail="waits for a machine of pool hosted: lease-1 being provisioned for 6s")
    assert cells(row)["wait"] == "pool hosted: lease-1 being provisioned for 6s"  # W12: also where it is cut
    row = replace(row, detail="waits for the first check of web1 (checked for 3s)")
    assert cells(row)["wait"] == "check of web1 (checked for 3s)"


def test_e2_left_and_eta_are_of_a_forecast():
    """E2: nothing where none was made, or it says nothing."""
    scene = SCENES["estimated"]()
    coming = forecast(scene.state, scene.now)
    rows = {name: runs.row(scene.state, name, scene.now, UTC, coming) for name in scene.state.runs}
    told = {name: cells(row, CellContext(scene.now, UTC)) for name, row in rows.items() if row}
    assert (told["run-18"]["left"], told["run-18"]["eta"]) == ("1m10s", "13:57:05")
    assert (told["run-19"]["left"], told["run-19"]["eta"]) == ("", "")
    assert ESTIMATED.isdisjoint(USUAL)
