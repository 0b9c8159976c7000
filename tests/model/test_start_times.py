"""Q5: times as people write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from octotui.model.start_times import TimeError, start_time

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 28, 12, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23 03:00", datetime(2026, 11, 23, 3, tzinfo=UTC)),
        (" 2026-11-23T03:00:30Z ", datetime(2026, 11, 23, 3, 0, 30, tzinfo=UTC)),
        ("2026-11-23 03:00 Europe/Berlin", datetime(2026, 11, 23, 2, tzinfo=UTC)),
        ("2026-11-23 03:00-05:30", datetime(2026, 11, 23, 8, 30, tzinfo=UTC)),
        ("13:00", datetime(2026, 3, 28, 13, tzinfo=UTC)),
        ("12:30", datetime(2026, 3, 28, 12, 30, tzinfo=UTC)),
        ("12:29", datetime(2026, 3, 29, 12, 29, tzinfo=UTC)),
        ("13:00 Europe/Berlin", datetime(2026, 3, 29, 13, tzinfo=BERLIN)),
        ("23:00 -08:00", datetime(2026, 3, 29, 7, tzinfo=UTC)),
        ("2020-01-01 00:00", datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_q5_a_time_of_day_is_the_next_one_and_a_date_is_itself(text: str, meant: datetime) -> None:
    """The day after is the one on which clocks in Berlin go forward."""
    assert start_time(text, NOW) == meant.timestamp()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'Expected a time such as "03:00" or "2026-11-23 03:00 Europe/Berlin", not "".'),
        ("in 2h", "Expected a time "),
        ("٠٣:٠٠", "Expected a time "),
        ("2026-02-30 03:00", 'No calendar has the time "2026-02-30 03:00"'),
        ("25:00", 'No calendar has the time "25:00"'),
        (
            "03:00 Europe/Nowhere",
            'There is no time zone "Europe/Nowhere"; write one such as "Europe/Berlin".',
        ),
        ("03:00 +99:00", 'There is no time zone "+99:00"'),
        ("1969-12-31 03:00", '"1969-12-31 03:00" is no time to start at'),
        ("9999-12-31 23:59 -01:00", "9999-12-31"),
    ],
)
def test_q5_what_is_no_time_says_how_one_looks(text: str, said: str) -> None:
    with pytest.raises(TimeError) as error:
        start_time(text, NOW)
    assert said in str(error.value)
