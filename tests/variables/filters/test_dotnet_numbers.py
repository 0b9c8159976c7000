"""Numbers as .NET reads and writes them (V1)."""

from decimal import Decimal

import pytest

from octotui.variables.filters.dotnet_numbers import LONGEST, read_number, write_number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12", "12"),
        (" -1,234.50 ", "-1234.50"),
        ("+.5", "0.5"),
        ("", None),
        ("1e3", None),
        ("NaN", None),
        ("1 2", None),
        ("1" * (LONGEST + 1), None),
    ],
)
def test_v1_numbers_are_read(text, wanted):
    assert read_number(text) == (None if wanted is None else Decimal(wanted))


@pytest.mark.parametrize(
    ("number", "form", "wanted"),
    [
        ("0.5", "F0", "1"),
        ("2.345", "N2", "2.35"),
        ("-0.125", "P0", "-13%"),
        ("0", "E0", "0E+000"),
        ("-12", "", "-12"),
        ("12", "Q", None),
        ("1234567", "#,#", "1,234,567"),
        ("12", "00.00", "12.00"),
        ("-1.5", "0.0", "-1.5"),
        ("-0.01", "0.0", "0.0"),
        ("0", "#", ""),
        ("1234", "0-0", "123-4"),
        ("-3", "0;0 below;none", "3 below"),
        ("-3", "0;;none", "-3"),
        ("5", "0 \\#", "5 #"),
        ("9" * 40, "F99", "9" * 40 + "." + "0" * 99),
    ],
)
def test_v1_numbers_are_written(number, form, wanted):
    assert write_number(Decimal(number), form) == wanted


@pytest.mark.parametrize(
    ("number", "form", "wanted"),
    [(-7, "D3", "-007"), (255, "x4", "00ff"), (-1, "X", "FFFFFFFF"), (7, "F1", "7.0")],
)
def test_v1_whole_numbers_are_written(number, form, wanted):
    assert write_number(Decimal(number), form, integer=True) == wanted
