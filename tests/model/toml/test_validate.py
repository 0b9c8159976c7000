from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from octotui.model.complaints import Keys
from octotui.model.toml.specs.spec import (
    AlternativeSpec,
    KeyedSpec,
    KeySpec,
    ListSpec,
    Spec,
    TableSpec,
    choice,
    flag,
    prose,
    text,
    whole,
)
from octotui.model.toml.validate import Validator

WORD = text("a word", "[a-z]+")
TABLE = TableSpec(
    {
        "name": KeySpec(WORD, "", required=True),
        "size": KeySpec(whole(0), ""),
        "left": KeySpec(flag(), ""),
        "right": KeySpec(flag(), ""),
        "deep": KeySpec(flag(), "", only_with="left"),
        "flat": KeySpec(flag(), "", not_with=("deep",)),
    },
    one_of=("left", "right"),
)


def walk(shape: Spec, raw: Any) -> tuple[Any, dict[Keys, str]]:
    found: dict[Keys, str] = {}
    clean = Validator(Path("/folder"), found.__setitem__).read(shape, raw)
    return clean, found


def test_what_is_right_is_kept_without_a_word() -> None:
    raw = {"name": "a", "size": 1, "left": True, "deep": False}
    assert walk(TABLE, raw) == (raw, {})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    clean, found = walk(
        TABLE, {"size": "big", "left": 1, "right": True, "deep": True, "flat": True, "nmae": 1}
    )
    assert clean == {"right": True, "deep": True, "flat": True}
    assert found == {
        ("size",): 'Expected a whole number from 0 to 1000000, not "big".',
        ("left",): "Expected true or false, not the number 1.",
        ("right",): '"right" does not go with "left"; keep one of them.',
        ("flat",): '"flat" does not go with "deep"; remove one of them.',
        ("nmae",): '"nmae" is not known here; did you mean "name"?',
        ("name",): '"name" is missing.',
    }


def test_one_of_several_keys_must_be_there_and_some_need_another() -> None:
    _, found = walk(TABLE, {"name": "a", "deep": True})
    assert found == {
        (): 'One of "left", "right" is missing.',
        ("deep",): '"deep" goes only with "left"; remove it.',
    }


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "an empty text"),
        ('a"b\n', '"a\\"b\\n"'),
        ("https://ann:hunter2@host/a", '"https://…@host/a"'),
        (5, "the number 5"),
        (10**30, "so large a number"),
        (True, "true"),
        ({}, "a table"),
        ([], "a list"),
        (object(), "a date or time"),
    ],
)
def test_a_wrong_value_is_shown(raw: object, said: str) -> None:
    assert walk(WORD, raw) == (UNSET, {(): f"Expected a word, not {said}."})


def test_a_list_or_a_table_is_expected() -> None:
    assert walk(ListSpec(WORD), "a") == ([], {(): 'Expected a list, not "a".'})
    assert walk(KeyedSpec(WORD, TABLE), 5) == ({}, {(): "Expected a table, not the number 5."})
    assert walk(TABLE, []) == ({}, {(): "Expected a table, not a list."})


def test_one_table_where_a_list_is_expected_shows_how_to_write_it() -> None:
    assert "[[…]]" in walk(ListSpec(TABLE), {"name": "a"})[1][()]


def test_a_listing_says_which_element_is_wrong_or_there_twice() -> None:
    clean, found = walk(ListSpec(WORD), ["a", 5, "a"])
    assert clean == ["a", "a"]
    assert found == {(1,): "Expected a word, not the number 5.", (2,): '"a" is listed twice; keep one.'}


def test_a_value_alone_stands_for_a_list_of_one() -> None:
    assert walk(ListSpec(WORD, alone=True), "a") == (["a"], {})
    assert walk(ListSpec(WORD, alone=True), 5)[0] == []


def test_a_key_that_people_choose_is_judged_too() -> None:
    clean, found = walk(KeyedSpec(WORD, ListSpec(WORD)), {"Bad": ["a"]})
    assert clean == {"Bad": ["a"]}
    assert found == {("Bad",): 'Expected a word, not "Bad".'}


def test_a_choice_offers_the_nearest() -> None:
    assert walk(choice("success", "failure"), "sucess")[1] == {
        (): '"sucess" is not known; did you mean "success"?'
    }


def test_either_goes_by_what_is_there() -> None:
    either = AlternativeSpec(prose(), TableSpec({"body": KeySpec(prose(), "")}))
    assert walk(either, "x") == ("x", {})
    assert walk(either, {"body": "x"}) == ({"body": "x"}, {})
    assert walk(either, 5)[1] == {(): "Expected text, not the number 5."}


def test_a_path_begins_in_the_folder_of_its_file() -> None:
    path = text("a path", ".+", path=True)
    assert walk(path, "a/b") == ("/folder/a/b", {})
    assert walk(path, "/a/b") == ("/a/b", {})


def test_a_blank_at_an_end_is_called_that_and_joiners_within_words_are_letters() -> None:
    name = text("a name in one line", r"\S(?:.*\S)?")
    assert walk(name, "abc ")[1] == {(): '"abc " ends with a blank; remove it.'}
    assert walk(name, " abc")[1] == {(): '" abc" begins with a blank; remove it.'}
    assert walk(name, "می\u200cخواهم") == ("می\u200cخواهم", {})
    assert walk(name, "क्\u200dष") == ("क्\u200dष", {})
    for unseen in ("a\u200c", "\u200da", "a\u202eb", "a\u200bb", "a\x1bb"):
        assert walk(name, unseen)[1]


SECRET = TableSpec(
    {
        "env": KeySpec(WORD, ""),
        "list": KeySpec(ListSpec(WORD), ""),
        "either": KeySpec(choice("a", "b"), ""),
        "table": KeySpec(KeyedSpec(WORD, WORD), ""),
    },
    one_of=("env", "list"),
    hint="It never stands here.",
)
HOLDER = TableSpec({"deep": KeySpec(SECRET, "", secret=True), "name": KeySpec(WORD, "")})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("hunter2", "Expected a table such as { env = … } or { list = … }. It never stands here."),
        (31337, "Expected a table such as { env = … } or { list = … }. It never stands here."),
        ({"env": "Hunter2"}, "Expected a word."),
        ({"env": "hunter "}, "Expected a word."),
        ({"list": "hunter"}, "Expected a list."),
        ({"list": ["hunter", "hunter"]}, "This is listed twice; keep one."),
        ({"env": "a", "either": "hunter"}, 'Expected "a" or "b".'),
        ({"env": "a", "table": "hunter"}, "Expected a table."),
    ],
)
def test_v5_where_a_secret_is_expected_no_complaint_repeats_what_stands_there(raw: Any, said: str) -> None:
    _, found = walk(HOLDER, {"deep": raw, "name": "Seen"})
    assert found.pop(("name",)) == 'Expected a word, not "Seen".'
    assert [*found.values()] == [said]
