"""`octotui schedules`: what the clock starts, and when next."""

from pathlib import Path

from tests.cli.conftest import OK, Call

NIGHTLY = """
[schedules.nightly]
cron = "0 3 * * *"
timezone = "Europe/Berlin"
runbook = "ok"
environment = "live"
"""


def test_each_schedule_is_listed_with_its_next_three_times(octotui: Call, write: Call, state: Path) -> None:
    """Q5: nothing is started, and nothing written."""
    said = octotui("schedules", write(OK + NIGHTLY), "--state", state)
    assert (said.code, said.err) == (0, "")
    told = said.out.splitlines()
    assert told[:2] == ["nightly · ok · In production", "  At 03:00 every day, Europe/Berlin"]
    assert [line.split(" at ")[0] for line in told[2:]] == ["  starts"] * 3
    assert not state.exists()


def test_a_model_without_any_says_so(octotui: Call, write: Call, state: Path) -> None:
    said = octotui("schedules", write(OK), "--state", state)
    assert said.out == "no schedules: add one, such as [schedules.nightly]\n"
