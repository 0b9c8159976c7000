"""Each way to write bytes with others, undone."""

import re

import pytest

from octotui.runtime.jobs.masking.escapes import ESCAPES, LONGEST_ROW, TERMINAL, row_start, unfinished

BACKSLASH, CODE_POINTS, PERCENT, ENTITY, QUOTES, BACKTICK, *DOUBLED = ESCAPES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rb"a\\n\n\t\"\'\/\$\ \e", b"a\\n\n\t\"'/$ \x1b"),
        (rb"\x41\101\u0041\U00000041\u{41}\x{41}\7", b"AAAAAA\a"),
        (rb"\xc3\xa9\u00e9\303\251", "ééé".encode()),
        (rb"\ud83d\ude00\uD83D\uDE00\U0001F600\u{1F600}", "😀😀😀😀".encode()),
        (rb"\u12 \x1 \U0000 \400 \9", b"u12 x1 U0000 \x00 9"),
        (b"one\\\ntwo", b"onetwo"),
        (rb"\U00FFFFFF \ud83d", b" \xed\xa0\xbd"),
        (rb"<\U00110000\u{110000}> \u{10FFFF}", "<> \U0010ffff".encode()),
    ],
)
def test_backslashes(written: bytes, meant: bytes) -> None:
    assert BACKSLASH.undo(written) == meant


def test_the_others() -> None:
    assert CODE_POINTS.undo(rb"caf\xe9 \u20ac \n") == "café € \n".encode()
    assert PERCENT.undo(b"%41%c3%a9%u00e9%uD83D%uDE00 100% %zz") == "Aéé😀 100% %zz".encode()
    assert ENTITY.undo(b"&lt;&#65;&#x41;&#X41;&eacute;&nothing; &") == "<AAAé&nothing; &".encode()
    assert QUOTES.undo(rb"""'it'\''s' 'it'"'"'s' 'a'"''"'b' x="'"'s'""") == b"""'it's' 'it's' 'a''b' x='s'"""
    assert BACKTICK.undo(b'`"`$`n``') == b'"$\n`'
    assert [each.undo(b"'' \"\" %% $$") for each in DOUBLED] == [
        b'\' "" %% $$',
        b"'' \" %% $$",
        b"'' \"\" % $$",
        b"'' \"\" %% $",
    ]
    assert TERMINAL.undo(b"\x1b[01;31m\x1b[Kred\x1b[m\x1b(B \x1b]0;title") == b"red \x1b]0;title"


def test_what_is_not_there_leaves_the_text() -> None:
    text = b"plain text"
    assert all(each.undo(text) is text for each in (*ESCAPES, TERMINAL))
    assert not QUOTES.matters(frozenset(b"abc"))
    assert QUOTES.matters(frozenset(b"ab'c"))
    assert BACKSLASH.matters(frozenset())


@pytest.mark.parametrize(
    "written", [rb"\ud83d\ude00", rb"\U0001F600", rb"\x41", rb"\101", rb"\u{1F600}", b"%41"]
)
def test_the_beginning_of_an_escape_is_unfinished(written: bytes) -> None:
    for length in range(1, len(written)):
        assert unfinished(b"text " + written[:length]) == 5
    whole = b"text " + written
    assert unfinished(whole) in (len(whole), 5 if re.fullmatch(rb"\\[0-7]+", written) else len(whole))


@pytest.mark.parametrize("written", [b"&eacute;", b"&#x1F600;", b"\x1b[38;5;154m", b"%uD83D%uDE00"])
def test_so_is_that_of_these(written: bytes) -> None:
    for length in range(1, len(written)):
        if length != len(b"%uD83D") or written[:1] != b"%":
            assert unfinished(b"text " + written[:length]) == 5, written[:length]
    assert unfinished(b"text " + written) == 5 + len(written)


def test_what_cannot_go_on_is_not_unfinished() -> None:
    for text in (b"", b"all\n", b"50% of it\n", b"a & b\n", b"\x1b[0mgreen", b"&" + b"a" * 40):
        assert unfinished(text) == len(text)


def test_a_row_of_quotes_begins_where_it_begins() -> None:
    assert row_start(b"it is '\"'\\", 10) == 6
    assert row_start(b"it is '\"'\\", 8) == 6
    assert row_start(b"it is so", 8) == 8
    assert row_start(b"'" * 5000, 5000) == 5000 - LONGEST_ROW
