"""Kinds of columns: how they are drawn, sorted and cut."""

from datetime import UTC

import pytest

from octotui.views.labels import RUNS, UNICODE
from octotui.views.lists.column_kinds import (
    age_column,
    run_column,
    sign_column,
    state_column,
    time_column,
    word_column,
)
from octotui.views.lists.columns import CellContext, by_column, placed

SCOPE = CellContext(now=1_000_000.0, zone=UTC)
WORD = word_column("word", "a word", lambda row: row, least=4, most=20)


def test_words_are_sorted_without_case_and_those_that_are_missing_come_last() -> None:
    assert by_column(["b", "", "A"], WORD, descending=False) == ["A", "b", ""]
    assert by_column(["b", "", "A"], WORD, descending=True) == ["b", "A", ""]
    assert WORD.cell("b", 9, SCOPE) == (("b", "muted"),)
    assert WORD.head == "word"


def test_a_time_of_another_day_is_its_date_and_none_is_nothing() -> None:
    column = time_column("at", "when", lambda row: row, head="start")
    assert column.cell(None, 6, SCOPE) == ()
    assert [column.cell(at, 6, SCOPE) for at in (999_000.0, 0.0)] == [
        (("13:30", "muted"),),
        (("Jan 1", "muted"),),
    ]
    assert (column.head, column.right) == ("start", True)


def test_how_long_it_has_lasted_is_sorted_by_that() -> None:
    column = age_column("age", "how long", lambda row: row)
    assert column.cell(SCOPE.now - 740.0, 6, SCOPE) == (("12m20s", "muted"),)
    assert by_column([3.0, 1.0, 2.0], column, descending=False) == [3.0, 2.0, 1.0]
    assert (column.head, column.right, column.least, column.most) == ("for", True, 6, 6)


@pytest.mark.parametrize("width", range(13, 40))
def test_an_id_of_a_run_is_never_cut_and_sorted_by_its_number(width: int) -> None:
    column = run_column("run", "its run", lambda row: row)
    assert by_column(["run-10", "run-9"], column, descending=False) == ["run-9", "run-10"]
    shown = placed((column, WORD, WORD), width, {"run": len("run-10")})
    assert shown[0].width == len("run-10")


def test_how_it_stands_is_a_sign_and_a_word() -> None:
    mark = RUNS["failed"]
    sign, state = sign_column(lambda row: mark), state_column(lambda row: mark, least=7, most=12)
    assert sign.cell(None, 1, SCOPE) == ((UNICODE.sign(mark.sign), mark.role),)
    assert state.cell(None, 9, SCOPE) == (("failed", mark.role),)
