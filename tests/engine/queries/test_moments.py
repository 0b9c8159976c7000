"""Times of `since` and `until`: those of the clock on the wall here."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from octotui.engine.queries.moments import MomentError, moment


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(text: str, now: str) -> str:
    at = moment(text, datetime.fromisoformat(now).timestamp())
    return datetime.fromtimestamp(at).isoformat()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8h", "2026-01-31T01:30:00"),
        ("1d12h", "2026-01-29T21:30:00"),
        ("08:00", "2026-01-31T08:00:00"),
        ("8:00", "2026-01-31T08:00:00"),
        ("09:30", "2026-01-31T09:30:00"),
        ("14:02", "2026-01-30T14:02:00"),
        ("14:02:33", "2026-01-30T14:02:33"),
        ("2026-01-30", "2026-01-30T00:00:00"),
        ("2026-01-31T14:02", "2026-01-31T14:02:00"),
        ("2026-01-31 14:02", "2026-01-31T14:02:00"),
        ("today", "2026-01-31T00:00:00"),
        ("todayT08:00", "2026-01-31T08:00:00"),
        ("yesterdayT18:00", "2026-01-30T18:00:00"),
    ],
)
def test_a_time_is_local_and_a_time_of_day_the_last_one(text: str, found: str) -> None:
    assert said(text, "2026-01-31T09:30:00") == found


def test_summer_time_counts_of_the_day_that_is_meant() -> None:
    assert moment("2026-07-01T14:00", 1e9) == 1782907200.0
    assert moment("2026-01-01T14:00", 1e9) == 1767272400.0


@pytest.mark.parametrize("text", ["", "soon", "14", "T14:02", "2026-01-3114:02", "yesterday18:00", "-8h"])
def test_what_is_no_time_is_told_what_one_looks_like(text: str) -> None:
    with pytest.raises(MomentError, match="expected a time such as"):
        moment(text, 1e9)


@pytest.mark.parametrize("text", ["25:00", "2026-13-01", "2026-01-31T14:61", "0000-01-01"])
def test_no_calendar_has_such_a_time(text: str) -> None:
    with pytest.raises(MomentError, match="no calendar has the time"):
        moment(text, 1e9)
