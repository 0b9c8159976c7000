from octotui.ui.widgets.column_head import ColumnHead, head_spans, row_spans
from octotui.ui.widgets.line_list import LineList
from octotui.views.labels import ASCII, UNICODE
from octotui.views.lists.columns import CellContext, Column, Placed
from tests import scenes
from tests.ui.opened import opened

NAME: Column[str] = Column(
    name="name",
    about="",
    cell=lambda row, width, scope: ((row, "plain"),),
    key=str,
    least=1,
    most=9,
    head="name",
)


def text(spans) -> str:
    return "".join(each for each, _ in spans)


def test_a_cell_is_cut_to_its_column_and_stands_at_its_side():
    left, right = Placed(NAME, 6, 0), Placed(NAME, 6, 2)
    assert text(row_spans([left, right], "abc", CellContext())) == "abc     abc   "
    assert text(row_spans([left, right], "abcdefgh", CellContext())) == "abcde…  abcde…"
    assert text(row_spans([left], "日本語日本", CellContext())) == "日本… "


def test_an_arrow_says_by_which_column_it_is_sorted():
    laid = [Placed(NAME, 6, 0)]
    assert text(head_spans(laid, "", UNICODE, descending=False)) == "name  "
    assert text(head_spans(laid, "name", UNICODE, descending=False)) == "name↑ "
    assert text(head_spans(laid, "name", ASCII, descending=True)) == "name↓ "
    assert text(head_spans([Placed(NAME, 3, 0)], "name", UNICODE, descending=True)) == "na↓"


async def test_the_head_stands_above_the_lines_also_when_the_width_changes(tmp_path):
    async with opened(scenes.many(), tmp_path, (80, 24)) as it:
        for width in (80, 120, 60, 200):
            await it.pilot.resize_terminal(width, 24)
            await it.until(
                lambda: (
                    len(text(it.app.screen.query_one(ColumnHead).spans))
                    <= it.app.screen.query_one(LineList).line_width
                )
            )
            head, first = it.text.splitlines()[2:4]
            assert head.index("title") == first.index("Tame")


async def test_a_low_terminal_has_lines_in_its_place(tmp_path):
    async with opened(scenes.many(), tmp_path, (40, 10)) as it:
        assert not it.app.screen.query_one(ColumnHead).display
