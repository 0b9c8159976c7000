"""`octotui schedules`: what the clock starts, and when next."""

import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import OK, Call

NIGHTLY = """
[schedules.nightly]
cron = "0 3 * * *"
timezone = "Europe/Berlin"
runbook = "ok"
environment = "live"
"""


def test_each_schedule_is_listed_with_its_next_three_times(
    octotui: Call, write: Call, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Q5: nothing is started, and nothing written; both its time and ours are told with their zone."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        said = octotui("schedules", write(OK + NIGHTLY), "--state", state)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (said.code, said.err) == (0, "")
    told = said.out.splitlines()
    assert told[:2] == ["nightly · ok · In production", "  At 03:00 every day, Europe/Berlin"]
    assert [line.split(" at ")[0] for line in told[2:]] == ["  starts"] * 3
    assert all(" JST, in " in line for line in told[2:])
    assert not state.exists()


def test_a_model_without_any_says_so(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("schedules", write(OK), "--state", state)
    assert said.out == "no schedules: add one, such as [schedules.nightly]\n"
    assert octotui("schedules", write(OK), "--json", "--state", state).out == ""


def test_each_is_an_object_also_of_a_space_by_its_name(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK + NIGHTLY)
    octotui("run", model, "ok", "--state", state)
    model.unlink()
    row = json.loads(octotui("schedules", "Small", "--json", "--state", state).out)
    assert (row["schedule"], row["process"], row["timezone"]) == ("nightly", "ok", "Europe/Berlin")
    assert (row["enabled"], row["due"], row["missed"]) == (True, None, None)
    assert [later - sooner for sooner, later in zip(row["next"], row["next"][1:], strict=False)]
    assert row["next"] == sorted(row["next"])
    assert row["next"][0] > time.time()
