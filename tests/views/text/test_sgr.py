"""What SGR codes switch on."""

import pytest

from octotui.views.text.sgr import TextStyle, applied, sequence

PLAIN = TextStyle()


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("", PLAIN),
        ("1;31", TextStyle(1, None, frozenset({"bold"}))),
        ("94;107", TextStyle(12, 15)),
        ("38;5;208;48;2;1;2;3", TextStyle(208, (1, 2, 3))),
        ("38:2::9:8:7", TextStyle((9, 8, 7))),
        ("38;5;999", PLAIN),
        ("58;5;8;8;5;6", PLAIN),
        (">4;1", PLAIN),
        ("4:3", TextStyle(flags=frozenset({"underline"}))),
    ],
)
def test_codes_are_read(codes: str, style: TextStyle) -> None:
    assert applied(PLAIN, codes) == style


def test_codes_end_what_others_began() -> None:
    style = applied(PLAIN, "1;4;7;31;42")
    assert applied(style, "22;24;27;39;49") == PLAIN
    assert applied(style, "0") == applied(style, "") == PLAIN


@pytest.mark.parametrize(
    "codes", ["30", "31;41", "38;5;16", "38;2;0;0;0;40", "38;5;231;48;2;255;255;255", "38;5;244;48;5;244"]
)
def test_text_in_the_colour_of_its_ground_is_known(codes: str) -> None:
    style = applied(PLAIN, codes)
    assert style.hides
    assert not applied(PLAIN, sequence(style)[2:-1]).hides


@pytest.mark.parametrize("codes", ["30;47", "31", "37;40", "38;5;15;48;5;231"])
def test_text_that_can_be_read_is_left_alone(codes: str) -> None:
    assert not applied(PLAIN, codes).hides


def test_a_sequence_gives_the_style_again() -> None:
    style = applied(PLAIN, "1;3;4;7;9;21;38;2;1;2;3;45")
    assert applied(PLAIN, sequence(style)[2:-1]) == style
    assert sequence(PLAIN) == "\x1b[0m"
