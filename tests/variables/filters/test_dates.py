"""The time, dates and numbers in formats (V1)."""

import pytest

from octotui.variables.template import parse
from tests.variables.filling import NOW, through


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ("NowDateUtc", "2016-11-03T06:53:11.0946440Z"),
        ("NowDateUtc zz", "+00"),
        ("NowDateUtc zzz", "+00:00"),
        ('NowDateUtc "HH dd-MMM-yyyy"', "06 03-Nov-2016"),
        ('NowDateUtc "h:m:s t dddd ff %K"', "6:53:11 A Thursday 09 Z"),
        ("NowDateUtc \"'day' d \\d\"", "day 3 d"),
        ("NowDateUtc #{form}", "2016"),
        ("NowDateUtc | Format DateTimeOffset zz", "+00"),
        ("NowDateUtc | AddHours 1.5", "2016-11-03T08:23:11.0946440Z"),
        ("NowDateUtc | AddDays -4", "2016-10-30T06:53:11.0946440Z"),
        ("NowDateUtc r", "Thu, 03 Nov 2016 06:53:11 GMT"),
        ("NowDateUtc q", None),
        ("NowDateUtc a b", None),
    ],
)
def test_v1_the_time(filters, wanted):
    tag = f"#{{ | {filters}}}"
    found = parse(tag).fill({"form": "yyyy"}, NOW).text
    assert found == (tag if wanted is None else wanted)


def test_v1_without_a_time_there_is_no_date():
    found = parse("#{ | NowDate}").fill({})
    assert (found.text, found.problems) == ("#{ | NowDate}", ("The filter NowDate has no answer here.",))


def test_v1_the_time_here_has_no_offset():
    assert len(parse("#{ | NowDate}").fill({}, NOW).text) == len("2016-11-03T08:53:11.0946448")


@pytest.mark.parametrize(
    ("filters", "value", "wanted"),
    [
        ("Format yyyy", "2030/05/22 09:05:00", "2030"),
        ('Format Date "HH dd-MMM-yyy"', "2030/05/22 09:05:00", "09 22-May-2030"),
        (r"Format DateTime \"HH dd-MMM-yyyy\" ", "2030/05/22 09:05:00", "09 22-May-2030"),
        ('Format "hh:mm:ss tt zz"', "2020-01-01T11:09:38+01:00", "11:09:38 AM +01"),
        ("Format D", "5/22/2030", "Wednesday, May 22, 2030"),
        ("Format G", "22 May 2030 15:04", "5/22/2030 3:04:00 PM"),
        ("Format yyyy", "hello World", None),
        ("AddDays 1", "2020-02-28", "2020-02-29T00:00:00.0000000"),
        ("AddMonths 1", "2021-01-31T10:00:00Z", "2021-02-28T10:00:00.0000000Z"),
        ("AddHours 1", "2020-01-01T00:00:00+02:00", "2020-01-01T01:00:00.0000000+02:00"),
        ("AddDays 9999999", "2020-01-01", None),
        ("AddDays x", "2020-01-01", None),
    ],
)
def test_v1_dates(filters, value, wanted):
    assert through(filters, value) == wanted


@pytest.mark.parametrize(
    ("form", "value", "wanted"),
    [
        ("C", "4.3", "$4.30"),
        ("C", "-1234.565", "-$1,234.57"),
        ("Double C", "23.4", "$23.40"),
        ("F3", "1.2", "1.200"),
        ("N", "1234567.891", "1,234,567.89"),
        ("P1", "0.1234", "12.3%"),
        ("E2", "12345", "1.23E+004"),
        ("G", "1.50", "1.50"),
        ("int D5", "42", "00042"),
        ("Int32 X", "255", "FF"),
        ("int C", "1.5", None),
        ("D5", "42", None),
        ('"0.00"', "1.005", "1.01"),
        ('"#,##0.##"', "1234.5", "1,234.5"),
        ('"000"', "7", "007"),
        ('"0%"', "0.25", "25%"),
        ('"(###) ###-####"', "5551234567", "(555) 123-4567"),
        ('"0.0;(0.0);zero"', "-2", "(2.0)"),
        ('"0.0;(0.0);zero"', "0", "zero"),
        ("\"0 'items'\"", "3", "3 items"),
    ],
)
def test_v1_numbers(form, value, wanted):
    assert through(f"Format {form}", value) == wanted
