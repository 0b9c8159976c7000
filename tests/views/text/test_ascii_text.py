"""Text in ASCII."""

import pytest

from octotui.views.text.ascii_text import ascii_text


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain ~", "plain ~"),
        ("“a” · b – c…", '"a" - b - c~'),
        ("╭─┬─╮│║├└┼", "+-+-+||+++"),
        ("█▌▁░▒", "###.."),
        ("↑↓←→⇒▶✔•🔎", "^v<>***** "),
        ("Größe 大", "Größe 大"),
    ],
)
def test_glyphs_are_replaced_by_as_many_cells_and_letters_stay(text: str, drawn: str) -> None:
    assert ascii_text(text) == drawn
