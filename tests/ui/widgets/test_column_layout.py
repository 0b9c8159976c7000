"""Which columns a list shows, how wide, and in which order its rows stand."""

from octotui.store.user_config import ListSetting
from octotui.ui.widgets.column_layout import ColumnLayout
from octotui.views.lists.columns import CellContext
from tests.views.lists.test_columns import column

A, B, C = column("a", 4, 8), column("b", 4, 40), column("c", 2, 5)
ROWS = [{"a": "one", "b": "x" * 30}, {"a": "two", "b": "y"}]


def layout(setting: ListSetting = ListSetting()) -> ColumnLayout[dict[str, object]]:  # noqa: B008
    made = ColumnLayout("things", "some things", (A, B, C), ("a", "b", "c"), setting)
    made.measure_rows(ROWS, CellContext())
    return made


def text(made: ColumnLayout[dict[str, object]], width: int) -> tuple[str, str]:
    scope = CellContext()
    line, head = made.line(ROWS[0], width, scope), made.head(width, scope)
    return "".join(text for text, _ in head).rstrip(), "".join(text for text, _ in line).rstrip()


def test_columns_are_as_wide_as_their_rows_need_and_empty_ones_are_left_out():
    assert text(layout(), 80) == ("a    b", f"one  {'x' * 30}")
    assert [each.width for each in layout().place(80)] == [3, 30]


def test_chosen_columns_are_shown_though_they_are_empty():
    made = ColumnLayout("things", "some things", (A, B, C), ("a", "b"), ListSetting(("c", "a")))
    made.measure_rows(ROWS, CellContext())
    assert text(made, 80) == ("c  a", "   one")
    assert made.shown == ("c", "a")


def test_usual_columns_are_left_out_while_they_are_empty_though_others_are_hidden():
    assert text(layout(ListSetting(("c", "a"))), 80) == ("a", "one")


def test_rows_are_sorted_by_the_chosen_column_alone():
    assert layout().sorted(ROWS) == ROWS
    made = layout(ListSetting((), "-a"))
    assert made.sorted(ROWS) == ROWS[::-1]
    assert text(made, 80)[0].split()[0] == "a↓"


def test_a_sort_column_that_is_not_in_sight_is_named():
    made = layout(ListSetting(("a",), "-b"))
    assert made.unseen_sort(80) == (("by b ↓", "lit"),)
    made = layout(ListSetting((), "b"))
    assert (made.unseen_sort(80), made.unseen_sort(5)) == ((), (("by b ↑", "lit"),))
    assert layout().unseen_sort(80) == ()


def test_what_this_version_does_not_know_is_left_out_of_a_setting():
    made = layout(ListSetting(("a", "future"), "future"))
    assert (made.shown, made.setting) == (("a",), ListSetting(("a",)))
    made.arrange(ListSetting(("future",), "-b"))
    assert (made.shown, made.setting) == (("a", "b", "c"), ListSetting((), "-b"))


def test_columns_are_placed_once_for_a_width_until_something_else_is_measured():
    made = layout()
    before = made.place(80)
    made.measure_rows(ROWS, CellContext())
    assert made.place(80) is before
    made.measure_rows(ROWS[1:], CellContext())
    assert [each.width for each in made.place(80)] == [3, 1]
