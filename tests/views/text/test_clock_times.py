"""R11: times are told in the zone that is asked for, with their date where it is not today's."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from octotui.views.text.clock_times import (
    Zone,
    clock_time,
    date_and_time,
    exact_time,
    is_utc,
    time_of_day,
)
from tests.world import START

BERLIN, AUCKLAND, CHATHAM = map(ZoneInfo, ("Europe/Berlin", "Pacific/Auckland", "Pacific/Chatham"))


def at(text: str) -> float:
    """A time as ISO 8601 writes it, with its offset."""
    return datetime.fromisoformat(text).timestamp()


NOW = at("2026-11-27T14:02:07+00:00")


@pytest.mark.parametrize(
    ("when", "zone", "told"),
    [
        ("2026-11-27T14:02:07+00:00", UTC, "14:02"),
        ("2026-11-27T14:02:07+00:00", BERLIN, "15:02"),
        ("2026-11-27T14:02:07+00:00", CHATHAM, "03:47"),
        ("2026-11-27T00:00:00+00:00", UTC, "00:00"),
        ("2026-11-26T23:59:59+00:00", UTC, "Nov 26 23:59"),
        ("2026-11-26T23:59:59+00:00", BERLIN, "00:59"),
        ("2026-11-27T10:59:59+00:00", AUCKLAND, "Nov 27 23:59"),
        ("2026-11-27T11:00:00+00:00", AUCKLAND, "00:00"),
        ("2026-11-28T03:00:00+00:00", UTC, "Nov 28 03:00"),
        ("2026-01-02T03:04:00+00:00", UTC, "Jan 2 03:04"),
        ("2025-12-31T23:30:00+00:00", UTC, "Dec 31 2025 23:30"),
        ("2025-12-31T23:30:00+00:00", BERLIN, "Jan 1 00:30"),
        ("2027-01-01T00:00:00+00:00", UTC, "Jan 1 2027 00:00"),
    ],
)
def test_r11_today_is_told_without_a_date_and_another_year_with_its_own(when, zone, told):
    assert clock_time(at(when), NOW, zone) == told


def test_r11_a_time_has_the_offset_that_its_own_day_had():
    """Not that of today: clocks were set since."""
    assert clock_time(at("2026-07-01T10:00:00+00:00"), NOW, BERLIN) == "Jul 1 12:00"
    assert clock_time(at("2026-03-29T00:59:59+00:00"), NOW, BERLIN) == "Mar 29 01:59"
    assert clock_time(at("2026-03-29T01:00:00+00:00"), NOW, BERLIN) == "Mar 29 03:00"


def test_r11_an_hour_that_there_is_twice_is_told_with_its_zone():
    day = at("2026-10-25T12:00:00+00:00")
    told = [exact_time(at(f"2026-10-25T0{hour}:30:00+00:00"), day, BERLIN) for hour in range(3)]
    assert told == ["02:30:00 CEST", "02:30:00 CET", "03:30:00"]


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch):
    """This machine is there."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_r11_without_a_zone_it_is_that_of_this_machine():
    for when in ("2026-07-01T10:00:00", "2026-10-25T00:30:00", "2026-10-25T01:30:00", "2026-11-27T23:30:00"):
        moment = at(f"{when}+00:00")
        assert exact_time(moment, NOW) == exact_time(moment, NOW, BERLIN)
        assert clock_time(moment, NOW) == clock_time(moment, NOW, BERLIN)
        assert date_and_time(moment) == date_and_time(moment, BERLIN)
    assert time_of_day(NOW) == "15:02:07"
    assert time_of_day(NOW, UTC) == "14:02:07"


def test_q5_seconds_are_told_except_of_a_time_that_was_chosen_to_the_minute():
    assert date_and_time(START, UTC) == "1970-01-12 13:46:40"
    assert exact_time(START, START, UTC, whole_minutes=True) == "13:46:40"
    assert exact_time(START + 20, START, UTC, whole_minutes=True) == "13:47"
    assert exact_time(START + 20, START, UTC) == "13:47:00", "in columns"
    assert exact_time(START + 86_420, START, UTC) == "Jan 13 13:47:00"
    assert exact_time(START + 365 * 86_400 + 20, START, UTC) == "Jan 12 1971 13:47:00"


@pytest.mark.parametrize("zone", [None, UTC, BERLIN, AUCKLAND], ids=str)
@pytest.mark.parametrize(("when", "told"), [(1e300, "9999-12-31 23:59:59"), (-1e300, "0001-01-01 00:00:00")])
def test_a_time_that_no_calendar_shows_is_the_last_or_the_first_that_one_does(when, told, zone: Zone):
    assert date_and_time(when, zone).rjust(19, "0") == told
    for each in (clock_time, exact_time):
        assert each(when, START, zone)
        assert each(START, when, zone)


def test_utc_is_known_by_its_name():
    assert is_utc(UTC)
    assert is_utc(ZoneInfo("UTC"))
    assert not is_utc(None)
    assert not is_utc(BERLIN)
