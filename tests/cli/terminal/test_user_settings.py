"""R11: times are told in the zone of the machine, in one that the account names, or with --utc in UTC."""

import time
from pathlib import Path

import pytest

from octotui.store.user_config import config_file, lists_file
from tests.cli.conftest import OK, Call

DAILY = """
[schedules.daily]
cron = "0 12 * * *"
runbook = "ok"
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The configuration of an account whose machine is in Kolkata, at UTC+05:30 all the year."""
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        patch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        config_file().parent.mkdir(parents=True)
        yield config_file()
    time.tzset()


def test_r11_the_option_goes_before_the_configuration_and_that_before_the_machine(
    octotui: Call, write: Call, state: Path, config: Path
) -> None:
    model = write(OK + DAILY)

    def told(*more: str) -> str:
        return octotui("schedules", model, "--state", state, *more).out

    assert "17:30 IST, in" in told()
    assert "12:00 UTC, in" in told("--utc")
    config.write_text('timezone = "Asia/Tokyo"')
    assert "21:00 JST, in" in told()
    assert "12:00 UTC, in" in told("--utc")


def test_a_wrong_configuration_is_a_sentence_and_exit_code_2(
    octotui: Call, write: Call, state: Path, config: Path
) -> None:
    model = write(OK + DAILY)
    config.write_text('timezone = "Mars"')
    said = octotui("schedules", model, "--state", state)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{config}:1:")
    assert said.err.endswith('There is no time zone "Mars"; write one such as "UTC" or "Europe/Berlin".\n')


def test_settings_of_lists_by_a_newer_octotui_are_one_warning(
    octotui: Call, write: Call, state: Path, config: Path
) -> None:
    model = write(OK)
    lists_file().write_text('[runs]\ncolumns = ["id", "of-tomorrow"]\nwidth = 3\nheight = 4\n')
    said = octotui("runs", model, "--state", state)
    assert said.code == 0
    assert said.err.startswith(f"octotui: {lists_file()}:3:")
    assert said.err.count("\n") == 1
    said = octotui("runs", model, "--state", state, "--columns", "id", "--sort", "id")
    assert (said.code, said.err) == (0, "")
