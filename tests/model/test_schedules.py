"""Schedules as they are declared: cron texts, time zones, what they start."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from octotui.model.complaints import ModelError
from octotui.model.schedules import explained, upcoming
from octotui.model.space import Schedule
from octotui.model.toml.read import load
from octotui.model.toml.write import dump

SPACE = """\
[space]
name = "Small"
[environments.live]
[runbooks.go]
[projects.shop]
name = "Shop"
"""
BERLIN = ZoneInfo("Europe/Berlin")


def times(cron: str, after: str, count: int = 3) -> list[str]:
    schedule = Schedule(name="S", cron=cron, timezone="Europe/Berlin", runbook="go")
    start = datetime.fromisoformat(after).timestamp()
    found = islice(upcoming(schedule, start), count)
    return [datetime.fromtimestamp(at, BERLIN).isoformat() for at in found]


def test_q5_times_come_in_order_and_after_the_one_given():
    assert times("0 3 * * *", "2026-11-23T03:00:00+01:00", 2) == [
        "2026-11-24T03:00:00+01:00",
        "2026-11-25T03:00:00+01:00",
    ]


def test_q5_a_time_that_the_clock_passes_over_or_has_twice_comes_once():
    """When the clocks change in spring, and in autumn."""
    assert times("30 2 * * *", "2026-03-28T12:00:00+01:00", 2) == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    assert times("30 2 * * *", "2026-10-24T12:00:00+02:00", 2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_q5_every_half_hour_is_every_half_hour_also_in_the_hour_that_comes_twice():
    assert times("*/30 * * * *", "2026-10-25T02:10:00+02:00", 4) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_a_schedule_is_read_and_written(tmp_path: Path):
    """Also in words."""
    file = tmp_path / "model.toml"
    file.write_text(
        SPACE
        + '[schedules.nightly]\ncron = "0 3 * * *"\ntimezone = "Europe/Berlin"\nrunbook = "go"\n'
        + 'variables = { Size = 3 }\n[schedules.release]\ncron = "0 4 * * 1"\nproject = "shop"\n'
        + 'environment = "live"\nenabled = false\n'
    )
    model = load(file)
    nightly = model.schedules["nightly"]
    assert (nightly.process, nightly.variables, nightly.enabled) == ("go", {"Size": "3"}, True)
    assert model.schedules["release"].process == "shop"
    assert explained(nightly) == "At 03:00 every day, Europe/Berlin"
    again = tmp_path / "again.toml"
    again.write_text(dump(model))
    assert load(again) == model


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            'cron = "often"\nrunbook = "go"',
            'Expected minute, hour, day, month and weekday, such as "0 3 * * *", not "often".',
        ),
        (
            'cron = "* * * * * *"\nrunbook = "go"',
            'Expected minute, hour, day, month and weekday, such as "0 3 * * *", not "* * * * * *".',
        ),
        ('cron = "0 25 * * *"\nrunbook = "go"', '"0 25 * * *" has a wrong hour; expected 0 to 23.'),
        (
            'cron = "0 3 31 2 *"\nrunbook = "go"',
            '"0 3 31 2 *" has a wrong day of month; expected 1 to 31 or L, and one that its months have.',
        ),
        (
            'cron = "0 3 * * *"\ntimezone = "Europe/Atlantis"\nrunbook = "go"',
            'There is no time zone "Europe/Atlantis"; write one such as "Europe/Berlin".',
        ),
        ('cron = "0 3 * * *"\nrunbook = "gone"', 'There is no runbook "gone"; known: "go".'),
        ('cron = "0 3 * * *"\nproject = "shop"', "A release is deployed to an environment; say which one."),
        (
            'cron = "0 3 * * *"\nproject = "shop"\nenvironment = "live"\nchannel = "hot"',
            'Shop has no channel "hot".',
        ),
        ('cron = "0 3 * * *"', 'One of "runbook", "project" is missing.'),
    ],
)
def test_what_says_no_time_or_starts_nothing_is_complained_about(tmp_path: Path, said: str, told: str):
    """Q5: at its place, before anything runs."""
    file = tmp_path / "model.toml"
    file.write_text(f"{SPACE}[schedules.s]\n{said}\n")
    with pytest.raises(ModelError) as found:
        load(file)
    assert [each.message for each in found.value.complaints] == [told]
