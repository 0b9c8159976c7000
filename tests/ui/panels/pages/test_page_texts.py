"""Texts of a page are wrapped, and nothing of them is cut off."""

from octotui.ui.panels.pages.page_texts import rows_of
from octotui.ui.styled_text import cells
from octotui.views.labels import WAITS
from octotui.views.pages.page import PageLine, PagePlace

SAID = "being destroyed: no run has used it for an hour, and nobody keeps it ready"


def test_a_text_is_wrapped_between_words_and_leads_on_from_its_first_row() -> None:
    place = PagePlace("worker", "w1")
    rows = rows_of([PageLine(key="a", text=f"  {SAID}", place=place)], 32)
    assert [each.text for each in rows] == [
        "  being destroyed: no run has",
        "    used it for an hour, and",
        "    nobody keeps it ready",
    ]
    assert [each.key for each in rows] == ["a", "a +1", "a +2"]
    assert [each.place for each in rows] == [place, None, None]
    assert all(cells(each.text) <= 30 for each in rows)


def test_a_word_that_is_longer_than_a_row_is_wrapped_too() -> None:
    word = "kubectl://" + "x" * 50 + "漢" * 9
    rows = rows_of([PageLine(key="a", text=word, mark=WAITS)], 24)
    assert "".join(each.text.strip() for each in rows) == word
    assert all(cells(each.text) <= 20 for each in rows)


def test_what_fits_and_what_is_no_text_alone_stays_as_it_is() -> None:
    kept = (
        PageLine(key="a", text=SAID, note="10 workers"),
        PageLine(key="b", text=SAID, is_heading=True),
        PageLine(key="c", text=SAID, table="workers"),
        PageLine(key="d", text="as  it is"),
    )
    assert rows_of(kept, 30) == kept
    assert rows_of((PageLine(key="a", text=SAID),), 2) == (PageLine(key="a", text=SAID),)
