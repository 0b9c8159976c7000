"""Lines of output: sequences without text left out, colours kept, all else made visible."""

import random
import re

import pytest

from octotui.views.text.log_text import coloured, expanded, pieces, plain, plains

SGR = re.compile(r"\x1b\[[0-9;]{0,64}m")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("10%\r50%\r100%\r", "100%"),
        ("50%\rdone\r\x1b[K", "done"),
        ("windows\r", "windows"),
        ("\x1b[1;31mred\x1b[0m and \x1b[4munder", "red and under"),
        ("\x1b(Bx\x1b[2J\x1b[?25ly\x1b[10;10Hz\x1b7", "xyz"),
        ("\x1b]0;a title\x07text", r"\x1b]0;a title\x07text"),
        ("x \x1b]52;c;QUJD\x1b\\", "x \\x1b]52;c;QUJD\\x1b\\"),
        ("\x1bPdevice\x1b\\\x1bc\x1b[12", "\\x1bPdevice\\x1b\\\\x1bc\\x1b[12"),
        ("a\tb\x1b[1m\tc", "a       b       c"),
        ("bell\x07 null\x00 del\x7f c1\x85\x9b31m", r"bell\x07 null\x00 del\x7f c1\x85\x9b31m"),
        ("|\b/\b-\bok", "ok"),
        ("evil \u202egnp.exe\u2066", r"evil \u202egnp.exe\u2066"),
        ("half \ud800", r"half \ud800"),
        ("\x1b[" + "1;" * 100 + "m", "\\x1b[" + "1;" * 100 + "m"),
        ("", ""),
    ],
)
def test_r6_no_control_character_is_left(raw: str, shown: str) -> None:
    assert plain(raw) == shown
    assert plains([raw, "next"]) == [shown, "next"]


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[1;38;5;208mred", "\x1b[1;38;5;208mred\x1b[0m"),
        ("\x1b[01;31m\x1b[Kerror\x1b[m\x1b[K\ttabs", "\x1b[01;31merror\x1b[m\ttabs"),
        ("\x1b[38;2;1;2;3mx\x1b[m", "\x1b[38;2;1;2;3mx\x1b[m"),
        ("\x1b[8mhidden\x1b[5mblinks", "\x1b[0mhidden\x1b[0mblinks"),
        ("\x1b[31;41mred on red", "\x1b[0;48;5;1mred on red\x1b[0m"),
        ("\x1b[30mblack\x1b[47mon white", "\x1b[0mblack\x1b[0;38;5;0;48;5;7mon white\x1b[0m"),
        ("\x1b[>4;1mx\x1b[999999mx", "\x1b[0mx\x1b[0mx"),
        ("a\x1b[2Jb\x1b]8;;http://x\x07c", "abc (http://x)"),
        ("a\x1b]8;;file://x\x07b", "a\\x1b]8;;file://x\\x07b"),
    ],
)
def test_r6_colours_alone_reach_a_terminal_and_end_with_the_line(raw: str, printed: str) -> None:
    assert coloured(raw) == printed


PIECES = ["\x1b[", "\x1b]", "m", "31", ";", ":", "38", "5", "2", "8", "\r", "\t", "\b", "x", "漢", "é",
          "\x1b", "\x9b", "\x07", "\u200d", "\ufe0f", "\u202e", "\ud800"]  # fmt: skip


def test_whatever_a_job_prints_can_be_shown() -> None:
    chance = random.Random(7)
    raws = ["".join(chance.choices(PIECES, k=chance.randrange(30))) for _ in range(3000)]
    for raw in raws:
        assert plain(raw) == "" or plain(raw).isprintable() or {"\u200d", "\ufe0f"} & {*plain(raw)}
        printed = coloured(raw)
        assert "\x1b" not in SGR.sub("", printed)
        assert SGR.sub("", printed).expandtabs() == plain(raw) or "\t" in raw
    for first in range(0, 3000, 3):
        assert plains(raws[first : first + 3]) == [plain(raw) for raw in raws[first : first + 3]]


def test_pieces_are_what_stands_between_colours() -> None:
    assert [*pieces("a\x1b[31mb\x1b[2Kc")] == [("a", "31"), ("b", None), ("c", None)]
    assert [*pieces("\x1b[32m1%\r2%")] == [("", "32"), ("2%", None)]


def test_tabs_are_counted_from_the_beginning_of_the_line() -> None:
    assert expanded("\tx") == "        x"
    assert expanded("\tx", 3) == "     x"
    assert expanded("\x07\tx", 4) == "\\x07        x"


def test_the_address_of_a_link_stands_behind_its_text():
    """Links to the web and to mailboxes are written out; what they say already, and others, stay."""

    def link(uri: str, text: str, end: str = "\x1b\\") -> str:
        return f"\x1b]8;id=1;{uri}{end}{text}\x1b]8;;{end}"

    assert plain(link("https://a.b", "here") + "!") == "here (https://a.b)!"
    assert plain(link("mailto:a@b", "ann", "\x07")) == "ann (mailto:a@b)"
    assert plain(link("https://a.b", "https://a.b")) == "https://a.b"
    assert plain(link("https://evil", "https://good")) == "https://good (https://evil)"
    assert plain(link("https://a", "one") + link("https://b", "two")) == "one (https://a)two (https://b)"
    assert plain("\x1b]8;;https://a\x07open") == "open (https://a)"
    assert plain("\x1b]8;;https://a\x07\x1b[1mbold\x1b[0m\x1b]8;;\x07") == "bold (https://a)"
    for uri in ("file:///etc", "javascript:x", "https://a b", "https://\u202e"):
        assert "\\x1b]8;" in plain(link(uri, "text"))
    assert plains([link("https://a.b", "here"), "x"]) == ["here (https://a.b)", "x"]
    hostile = "\x1b]8;;https://a\x07" * 4000
    assert len(plain(hostile)) < 2 * len(hostile)
