"""The literal that every match holds."""

import pytest

from octotui.ui.log.lines.required_literals import escaped_literal, required_literal


@pytest.mark.parametrize(
    ("pattern", "text", "is_whole"),
    [
        ("the disk", "the disk", True),
        ("file 17$", "file 17", False),
        ("^2026-.*error", "error", False),
        ("err.or", "err", False),
        (r"a\.txt", "a.txt", False),
        ("[0-9]+ errors", " errors", False),
        ("errors?", "error", False),
        ("erro+r", "erro", False),
        ("erro{2}r", "err", False),
        ("a*", None, False),
        ("a|bcd", None, False),
        ("(abc)", None, False),
        ("[^]]x]", None, False),
        (r"\x41bc", None, False),
        (r"\d+", None, False),
        ("abc{e<=1}", None, False),
        ("x}y", None, False),
        ("é", None, False),
        ("", None, False),
        ("abc\\", None, False),
    ],
)
def test_only_what_is_certain_is_required(pattern: str, text: str | None, is_whole: bool) -> None:
    literal = required_literal(pattern, ignores_case=False)
    assert (literal and literal.text) == text
    assert literal is None or literal.is_whole == is_whole


def test_a_literal_ignores_case_only_where_it_has_letters():
    folding, digits = (required_literal(text, ignores_case=True) for text in ("Disk", "17"))
    assert folding is not None
    assert (folding.folded, folding.fold(b"DISK")) == (b"disk", b"disk")
    assert digits is not None
    assert digits.fold(b"DISK") == b"DISK"
    assert escaped_literal("(b", ignores_case=False) is not None
    assert escaped_literal("ü", ignores_case=False) is None


def test_lines_are_unusual_where_an_escape_may_be_a_part_of_the_literal():
    error = required_literal("error", ignores_case=False)
    words = required_literal("with words", ignores_case=False)
    assert error is not None
    assert words is not None
    assert [error.is_usual(each) for each in (b"plain\ttext", b"\x0error", b"\b")] == [True, False, False]
    assert not error.is_usual("\u202e".encode())
    assert words.is_usual("é\x07".encode())
    assert not words.is_usual(b"with\twords")


def test_it_is_found_with_escape_sequences_in_it():
    """By all of it, or by an end of it: a line of a match holds both."""
    for text in ("error", "disk full", "zebra", "x"):
        literal = required_literal(text, ignores_case=True)
        assert literal is not None
        for between in ("", "\x1b[31m", "\x1b[0m\x1b[1;38;5;208m", "\x1b(B\x1b[m", "\x1b7"):
            block = literal.fold(f"a line\n{between.join(text.upper())}\n".encode())
            assert literal.position_between_escapes(block, 0) >= 7
            assert literal.position_between_escapes(block, len(block) - 1) == -1
        assert literal.position_between_escapes(b"\x1b[31mnothing\x1b[0m", 0) == -1
