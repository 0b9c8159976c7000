"""Dates as .NET reads and writes them (V1)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from octotui.variables.filters.dotnet_dates import read_date, write_date

EAST = timezone(timedelta(hours=5, minutes=30))
MORNING = datetime(2009, 2, 3, 0, 5, 6, 70_000)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2030-05-22", datetime(2030, 5, 22)),
        (" 2030/05/22 09:05 ", datetime(2030, 5, 22, 9, 5)),
        ("5/22/2030 3:04 PM", datetime(2030, 5, 22, 15, 4)),
        ("May 22, 2030", datetime(2030, 5, 22)),
        ("Wednesday, May 22, 2030 12:00:00 AM", datetime(2030, 5, 22)),
        ("22 May 2030 15:04", datetime(2030, 5, 22, 15, 4)),
        ("2030-05-22T01:02:03Z", datetime(2030, 5, 22, 1, 2, 3, tzinfo=UTC)),
        ("2030-05-22T01:02:03+05:30", datetime(2030, 5, 22, 1, 2, 3, tzinfo=EAST)),
        ("Thu, 03 Nov 2016 06:53:11 GMT", datetime(2016, 11, 3, 6, 53, 11, tzinfo=UTC)),
        ("2030-02-30", None),
        ("22/5/2030", None),
        ("Ahab", None),
        ("x" * 100, None),
    ],
)
def test_v1_dates_are_read(text, wanted):
    found = read_date(text)
    assert found == wanted
    assert found is None or found.tzinfo == wanted.tzinfo


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("d", "2/3/2009"),
        ("f", "Tuesday, February 3, 2009 12:05 AM"),
        ("", "2/3/2009 12:05:06 AM"),
        ("M", "February 3"),
        ("s", "2009-02-03T00:05:06"),
        ("O", "2009-02-03T00:05:06.0700000"),
        ("q", None),
        ("y yy yyy yyyyy", "9 09 2009 02009"),
        ("dd ddd dddd", "03 Tue Tuesday"),
        ("M MM MMM MMMM", "2 02 Feb February"),
        ("h hh H HH", "12 12 0 00"),
        ("ss.fff FFF", "06.070 07"),
        ("t tt", "A AM"),
        ("'the' d\\d \"of\"", "the 3d of"),
        ("%d", "3"),
        ("yyyy'", "2009"),
        ("K!", "!"),
    ],
)
def test_v1_dates_are_written(form, wanted):
    assert write_date(MORNING, form) == wanted


@pytest.mark.parametrize(
    ("zone", "form", "wanted"),
    [
        (EAST, "zz zzz K", "+05 +05:30 +05:30"),
        (timezone(-timedelta(hours=3, minutes=30)), "z zzz", "-3 -03:30"),
        (UTC, "zzz K", "+00:00 Z"),
        (EAST, "u", "2009-02-02 18:35:06Z"),
        (EAST, "r", "Mon, 02 Feb 2009 18:35:06 GMT"),
    ],
)
def test_v1_offsets_are_written(zone, form, wanted):
    assert write_date(MORNING.replace(tzinfo=zone), form) == wanted
