"""Lines as people see them."""

import random

import pytest
from rich.cells import cell_len
from rich.color import Color

from octotui.ui.log.line_text import parse, parsed
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.text.log_text import plain


def test_r6_no_control_character_is_left() -> None:
    assert parse("bell\x07 \x1b[31mc1\x9b31m \x1b]0;title\x07").text == r"bell\x07 c1\x9b31m \x1b]0;title\x07"
    assert parse("evil \u202egnp.exe\u2066").text == r"evil \u202egnp.exe\u2066"


def test_whatever_a_job_prints_can_be_shown() -> None:
    chance = random.Random(7)
    pieces = [
        "\x1b[",
        "\x1b]",
        "m",
        "31",
        ";",
        ":",
        "38",
        "5",
        "2",
        "\r",
        "\t",
        "\b",
        "x",
        "漢",
        "é",
        "\x1b",
        "\x9b",
        "\x07",
    ]
    for _ in range(3000):
        raw = "".join(chance.choice(pieces) for _ in range(chance.randrange(30)))
        line = parse(raw)
        assert line.text == plain(raw)
        assert line.text == "" or line.text.isprintable()
        assert "".join(piece.text for piece in line.cut(0, len(line.text))) == line.text
        rows = list(line.rows(5))
        assert "".join(line.text[start:end] for start, end in rows) == line.text
        assert all(cell_len(line.text[start:end]) <= 5 for start, end in rows)
        assert [line.row_of(start, 5) for start, _ in rows] == list(range(len(rows)))


def test_lines_that_stand_together_are_parsed_as_each_of_them() -> None:
    """Also beside one with other characters, links or carriage returns; colours begin where they did."""
    chance = random.Random(8)
    pieces = [
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[K",
        "\t",
        "x",
        "word ",
        "\x1b[1;4m",
        "\x1b",
        "\r",
        "漢",
        "\x1b]8;;http://a\x07",
    ]
    for count in (1, 2, 5, 11):
        for _ in range(300):
            raws = ["".join(chance.choices(pieces[:count], k=chance.randrange(9))) for _ in range(4)]
            for line, alone in zip(parsed(raws), map(parse, raws), strict=True):
                assert (line.text, line.edges) == (alone.text, alone.edges)
                assert line.marks == alone.marks
                assert line.cut(0, len(line.text)) == alone.cut(0, len(line.text))
    coloured, empty = parsed(["\x1b[31ma\x1b[0mb", ""])
    assert [at for at, _ in coloured.marks] == [0, 1]
    assert (empty.text, empty.marks) == ("", ())


def test_colours_begin_where_they_were_switched_on() -> None:
    line = parse(
        "a\x1b[1;31mb\x1b[22mc\x1b[39;44md\x1b[0me\x1b[38;5;208mf\x1b[48;2;1;2;3mg\x1b[38:2::9:8:7mh\x1b[;95mi"
    )
    styles = {piece.text: piece.style for piece in line.cut(0, 99)}
    red, orange = Color.from_ansi(1), Color.from_ansi(208)
    assert (styles["b"].color, styles["b"].bold, styles["c"].color, styles["c"].bold) == (
        red,
        True,
        red,
        None,
    )
    assert (styles["d"].color, styles["d"].bgcolor) == (None, Color.from_ansi(4))
    assert not styles["e"]
    assert not styles["a"]
    assert (styles["f"].color, styles["g"].bgcolor) == (orange, Color.from_rgb(1, 2, 3))
    assert (styles["h"].color, styles["i"].color) == (Color.from_rgb(9, 8, 7), Color.from_ansi(13))


def test_a_colour_goes_on_over_a_carriage_return() -> None:
    assert parse("\x1b[32m1%\r2%").cut(0, 2)[0].style.color == Color.from_ansi(2)


def test_nothing_is_hidden() -> None:
    assert not parse("\x1b[8mhidden").cut(0, 6)[0].style
    assert not parse("\x1b[30mblack").cut(0, 5)[0].style
    assert parse("\x1b[30;47mblack on white").cut(0, 5)[0].style.color == Color.from_ansi(0)


@pytest.mark.parametrize(
    "raw", ["\x1b[38;5mx", "\x1b[38;5;999mx", "\x1b[>4;1mx", "\x1b[99999999mx", "\x1b[38;2;1mx"]
)
def test_unknown_codes_are_passed_over(raw: str) -> None:
    assert not parse(raw).cut(0, 1)[0].style


def test_wide_characters_take_two_cells() -> None:
    line = parse("漢字kanji")
    assert line.width == 9
    assert list(line.rows(3)) == [(0, 1), (1, 3), (3, 6), (6, 7)]
    assert line.span(1, 4) == (1, 3)  # half of the first is out of view
    assert list(parse("").rows(3)) == [(0, 0)]


def test_what_is_found_is_reversed() -> None:
    line = parse("an \x1b[31merror here")
    pieces = [(piece.text, bool(piece.style.reverse)) for piece in line.cut(0, 99, Pattern("err"))]
    assert pieces == [("an ", False), ("err", True), ("or here", False)]


def test_s10_addresses_that_are_written_out_are_links() -> None:
    """A link leads to what it says, to the web or a mailbox, and nowhere else."""
    for raw, links in (
        ("see https://example.org/a?b=1, or so", ["https://example.org/a?b=1"]),
        ("(http://a.b/c) mailto:ann@a.b.", ["http://a.b/c", "mailto:ann@a.b"]),
        ("file:///etc/passwd javascript://x ftp://a", []),
        ("https://a.b/\u202ec", ["https://a.b/"]),
        ("https://ex\u0430mple.org", []),
        ("no address", []),
    ):
        line = parse(raw)
        pieces = line.cut(0, len(line.text))
        shown = [(piece.text, piece.style.link if piece.style else None) for piece in pieces]
        assert [text for text, link in shown if link] == links, raw
        assert all(link in (None, text) for text, link in shown)
        assert "".join(text for text, _ in shown) == line.text


def test_links_of_the_output_are_written_out() -> None:
    line = parse("a \x1b]8;;https://a.b/c\x1b\\text\x1b]8;;\x1b\\ b")
    assert line.text == "a text (https://a.b/c) b"
    assert [piece.text for piece in line.cut(0, len(line.text)) if piece.style and piece.style.link] == [
        "https://a.b/c"
    ]
