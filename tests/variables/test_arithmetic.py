"""Calculations: their results, and where there are none (V1)."""

import pytest

from octotui.variables.arithmetic import parsed, result_of
from octotui.variables.syntax.nodes import Name, Operation
from tests.variables.filling import filled, given


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3+2", "5"),
        ("3-2", "1"),
        ("3 * 2", "6"),
        ("3/2", "1.5"),
        ("7 % 4", "3"),
        ("3*2+2*4", "14"),
        ("3*(2+2)*4", "48"),
        ("10-2-3", "5"),
        ("A+2", "7"),
        ("A + B", "12"),
        ("22 * A", "110"),
        ("A - 2", "3"),
        ("{A}-2", "3"),
        ("A-2", "99"),
        ("{Spaced out} * 2", "4"),
        ("(A + B) / 2", "6"),
        ("Offset[#{Which}] + 1", "181"),
        ("Offset[Second]+1", "181"),
        ("0.1+0.2", "0.30000000000000004"),
        ("1000000*1000000*1000000*1000", "1E+21"),
    ],
)
def test_v1_calc(text, wanted):
    values = {"A": "5", "B": "7", "A-2": "99", "Which": "Second", "Offset[Second]": "180", "Spaced out": "2"}
    assert given(values, f"#{{calc {text}}}") == wanted


@pytest.mark.parametrize("text", ["1/0", "5 % 0", "Nobody + 1", "Word + 1", "1.5 % 2"])
def test_v1_a_calculation_without_a_result_stays(text):
    assert given({"Word": "x"}, f"#{{calc {text}}}") == f"#{{calc {text}}}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1/0", "A calculation divides by zero, or its numbers are too large."),
        ("Word + 1", "Word is not a number."),
        ("T[#{Key}] + 1", "T is not a number."),
        ("1.5 % 2", "A remainder wants whole numbers."),
    ],
)
def test_v1_why_a_calculation_has_no_result_is_told(text, problem):
    found = filled(f"#{{calc {text}}}", **{"Word": "x", "Key": "k", "T[k]": "y"})
    assert (found.problems, found.unknown) == ((problem,), ())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        (" -1,234.5 ", -1234.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("", None),
        ("x", None),
        ("1 2", None),
        ("nan", None),
        ("inf", None),
        ("٣", None),
        ("1" * 400, None),
    ],
)
def test_v1_numbers_are_read_as_dotnet_reads_them(text, number):
    assert parsed(text) == number


def test_v1_a_name_nobody_knows_has_no_result_and_one_too_large_neither():
    notes = []
    sum_of = Operation(Name("A", "a", 0, 0), "+", 1.0)
    assert result_of(sum_of, lambda _: None, notes.append) is None
    assert result_of(sum_of, lambda name: "2" if name.key == "a" else None, notes.append) == "3"
    assert result_of(Operation(1e308, "*", 10.0), lambda _: None, notes.append) is None
    assert notes == []
