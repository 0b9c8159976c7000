"""Control and invisible characters made visible."""

import json
import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octotui.views.text.visible_text import escaped_json, is_visible, visible, visible_lines

HOSTILE = [
    "\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\x80", "\x85", "\x90", "\x9b", "\x9d", "\x9f",
    "\xad", "\u034f", "\u061c", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
    "\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2062", "\u2066",
    "\u2067", "\u2068", "\u2069", "\u206a", "\u3164", "\ud800", "\udc80", "\udfff", "\ue000", "\ufe0f",
    "\ufeff", "\uffa0", "\ufff9", "\ufffe", "\U0001d173", "\U000e0001", "\U000e0041", "\U000e007f",
    "\U000e0100", "\U000f0000", "\U0010ffff",
]  # fmt: skip


@pytest.mark.parametrize("character", HOSTILE, ids=ascii)
def test_r6_nothing_that_a_terminal_obeys_reorders_or_hides_is_left(character: str) -> None:
    shown = visible(f"<{character}>")
    assert shown == f"<{character.encode('ascii', 'backslashreplace').decode()}>".replace(
        character, f"\\x{ord(character):02x}"
    )
    assert visible_lines(f"<{character}>") == shown
    assert is_visible(shown)
    assert visible(shown) == shown  # once is enough


def test_lines_and_tabs_stay_where_they_are_expected() -> None:
    assert visible("a\tb\nc\r\nd\re") == r"a\tb\nc\r\nd\re"
    assert visible_lines("a\tb\nc\r\nd\re") == "a\tb\nc\r\nd\\re"


@pytest.mark.parametrize(
    "text",
    [
        "plain", "", r"C:\x1b", "déjà vu", "漢字かな", "שלום עולם", "e\u0301", "a\u00a0b\u3000c\u202fd", "░█",
        "می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈",
        "👩🏽\u200d💻", "🙂\u200d↔\ufe0f", "❤\ufe0f", "1\ufe0f\u20e3",
        "#\ufe0f\u20e3", "葛\U000e0100",
    ],
)  # fmt: skip
def test_what_people_write_stays_as_it_is(text: str) -> None:
    """Joiners stay within words and emoji, selectors after what they select."""
    assert visible(text) == visible_lines(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x\u200d", r"x\u200d"), ("\u200cx", r"\u200cx"), ("a \u200db", r"a \u200db"),
        ("ab\u200d\u200dc", r"ab\u200d\u200dc"), ("😀\ufe0f\ufe0f", "😀\ufe0f\\ufe0f"),
        ("a\ufe0f", r"a\ufe0f"),
        ("1\ufe0f2", r"1\ufe0f2"), ("😀\u200dx", "😀\\u200dx"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4\\U000e0067"),
        ("x\U000e0100", r"x\U000e0100"), ("葛\U000e0100\U000e0101", "葛\U000e0100\\U000e0101"),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_joiner_or_a_selector_elsewhere_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_character_of_a_category_that_shows_nothing_is_shown() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or 0xE0000 <= number < 0xE1000:
            assert visible(character).isascii(), hex(number)


@given(st.text(st.characters(), max_size=20))
def test_json_says_the_same_and_shows_all(text: str) -> None:
    document = escaped_json(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(document) == {"text": text}
    assert all(each.isprintable() or category(each) == "Zs" for each in document)
    assert not any(each in document for each in HOSTILE)
