"""A cell is lit in reverse, and nothing else of a line changes."""

from rich.segment import Segment
from textual.strip import Strip

from octotui.ui.timeline.text_lines import with_hair


def test_one_cell_is_in_reverse() -> None:
    strip = Strip([Segment("abc"), Segment("def")])
    lit = with_hair(strip, 3)
    assert lit.text == "abcdef"
    assert [(each.text, bool(each.style and each.style.reverse)) for each in lit] == [
        ("abc", False), ("d", True), ("ef", False),
    ]  # fmt: skip


def test_a_cell_that_is_not_there_changes_nothing() -> None:
    strip = Strip([Segment("abc")])
    assert all(with_hair(strip, column) is strip for column in (None, -1, 3, 99))
