import pytest

from octotui.views.lists.columns import (
    CellContext,
    Column,
    Placed,
    UnknownColumn,
    by_column,
    named,
    placed,
    sorting,
    whole,
)


def column(name: str, least: int, most: int, **more: object) -> Column[dict[str, object]]:
    """A column of one key of a dict."""
    return Column(
        name=name,
        about="",
        cell=lambda row, width, scope: ((str(row.get(name, "")), "plain"),),
        key=lambda row: row.get(name),
        least=least,
        most=most,
        head=name,
        **more,  # type: ignore[arg-type]
    )


A, B, C = column("a", 4, 8), column("b", 10, 40), column("c", 5, 5, extra=True)


def widths(laid: tuple[Placed[dict[str, object]], ...]) -> list[tuple[str, int]]:
    return [(each.column.name, each.width) for each in laid]


def test_a_wider_list_never_shows_fewer_columns_and_always_fits():
    before = 0
    for width in range(200):
        laid = placed((A, B, C), width, {"b": 30})
        assert sum(each.width + each.gap for each in laid) <= width
        assert len(laid) >= before
        before = len(laid)
    assert before == 3


def test_a_column_is_no_wider_than_what_it_shows_and_the_rest_stays_empty():
    assert widths(placed((A, B, C), 200, {"a": 6, "b": 12})) == [("a", 6), ("b", 12), ("c", 5)]
    assert widths(placed((A, B, C), 200, {})) == [("a", 8), ("b", 40), ("c", 5)]


def test_an_extra_column_comes_only_where_those_before_it_are_not_cut():
    assert widths(placed((A, B, C), 37, {})) == [("a", 8), ("b", 28)]
    assert widths(placed((A, B, C), 43, {})) == [("a", 8), ("b", 28), ("c", 5)]
    assert widths(placed((C, A, B), 21, {})) == [("c", 5), ("a", 4), ("b", 10)]


def test_narrow_lists_have_one_space_between_columns_and_wide_ones_two():
    assert [each.gap for each in placed((A, B, C), 63, {})] == [0, 1, 1]
    assert [each.gap for each in placed((A, B, C), 64, {})] == [0, 2, 2]
    tight = column("t", 1, 1, tight=True)
    assert [each.gap for each in placed((tight, A, B), 80, {})] == [0, 1, 2]


def test_columns_are_found_by_name_once_each():
    assert named((A, B, C), ["c", "a", "c"]) == (C, A)
    with pytest.raises(UnknownColumn, match='there is no column “x”; known: "a", "b", "c"'):
        named((A, B, C), ["x"])
    with pytest.raises(UnknownColumn, match='no column “startd”; did you mean "started"'):
        named((column("started", 1, 1),), ["startd"])


def test_rows_are_sorted_by_a_column_and_those_without_a_value_come_last_both_ways():
    rows = [{"a": 2, "n": 1}, {"n": 2}, {"a": 1, "n": 3}, {"a": 2, "n": 4}]
    assert sorting((A, B), "") is None
    for sort, order in (("a", [3, 1, 4, 2]), ("-a", [1, 4, 3, 2])):
        by = sorting((A, B), sort)
        assert by is not None
        assert [row["n"] for row in by_column(rows, by[0], descending=by[1])] == order


def test_without_a_bound_each_column_is_as_wide_as_its_widest_cell():
    rows = [{"a": "x" * 50, "b": "ü"}, {"a": "y"}]
    assert widths(whole((A, B), rows, CellContext(), len)) == [("a", 50), ("b", 1)]
    assert widths(whole((A, B), [], CellContext(), len)) == [("a", 1), ("b", 1)]
