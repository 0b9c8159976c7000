"""Lists in columns as text."""

from collections.abc import Callable

from octotui.cli.terminal.column_lines import column_lines
from octotui.views.labels import ASCII
from octotui.views.lists.columns import CellContext, Column
from tests.hostile import HOSTILE, harmful


def column(name: str, least: int, most: int, text: Callable[[str], str], *, right: bool) -> Column[str]:
    """A column of rows that are texts."""
    return Column(
        name=name,
        about="",
        cell=lambda row, width, scope: ((text(row), "plain"),),
        key=text,
        least=least,
        most=most,
        head=name,
        right=right,
    )


NAME = column("name", 6, 50, str, right=False)
SIZE = column("size", 4, 9, lambda row: str(len(row)), right=True)


def test_cells_stand_beneath_their_heads_however_wide_characters_are():
    lines = list(column_lines((NAME, SIZE), ["日本", "abc"], CellContext(), None))
    assert lines == ["name  size", "日本     2", "abc      3"]
    assert list(column_lines((NAME, SIZE), [], CellContext(), None)) == []


def test_a_terminal_gets_as_many_columns_as_fit_and_cells_are_cut():
    rows = ["x" * 20, "y"]
    assert list(column_lines((NAME, SIZE), rows, CellContext(), 12)) == [
        "name    size",
        "xxxxxx…   20",
        "y          1",
    ]
    assert list(column_lines((NAME, SIZE), rows, CellContext(), 8)) == ["name", "xxxxxxx…", "y"]
    assert list(column_lines((NAME,), rows, CellContext(glyphs=ASCII), 8))[1] == "xxxxxxx~"


def test_r6_what_others_wrote_is_visible_before_it_is_measured():
    head, line = column_lines((NAME, SIZE), [HOSTILE], CellContext(), None)
    assert not harmful(line)
    assert len(head) == len(line)
