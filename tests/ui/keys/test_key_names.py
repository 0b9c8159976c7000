import pytest

from octotui.ui.key_actions import own_actions
from octotui.ui.keys.key_names import is_character, key_problem, parse_key, spelled
from octotui.ui.keys.key_table import declaring


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(("s", "s"), ("G", "G"), ("?", "question_mark"), ("question_mark", "question_mark"), ("+", "plus")),
        *(("esc", "escape"), ("PgDn", "pagedown"), ("ctrl+G", "ctrl+g"), ("ctrl++", "ctrl+plus")),
        *(("shift+ctrl+left", "ctrl+shift+left"), ("alt+x", "alt+x"), ("f5", "f5"), ("space", "space")),
        *((",", "comma"), ("ü", "ü"), ('"', "quotation_mark"), ("shift+tab", "shift+tab")),
    ],
)
def test_keys_are_read_as_people_write_them(text, key):
    assert parse_key(text) == key
    assert key_problem(text) == ""
    assert parse_key(spelled(key)) == key


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("escpe", 'did you mean "escape"?'),
        ("ctrl+ctrl+a", "There is no key"),
        ("control+a", 'did you mean "ctrl+a"?'),
        ("ctrl+i", 'does not tell "ctrl+i" from "tab"'),
        ("shift+a", 'write that one, such as "A"'),
        ("", "There is no key"),
        (" ", "There is no key"),
        ("ab", "There is no key"),
        ("\x1b", "There is no key"),
        ("s,t", "There is no key"),
    ],
)
def test_of_what_is_no_key_a_sentence_says_what_to_write(text, said):
    assert parse_key(text) is None
    assert said in key_problem(text)


def test_every_declared_key_is_spelled_so_that_it_is_read_again():
    for kind in declaring():
        for each in own_actions(kind):
            assert [parse_key(spelled(key)) for key in each.raw_keys] == list(each.raw_keys)


def test_characters_are_those_that_a_field_would_take():
    assert [
        key for key in ("s", "question_mark", "space", "ctrl+q", "f5", "escape") if is_character(key)
    ] == [
        "s",
        "question_mark",
        "space",
    ]
