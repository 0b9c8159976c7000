import time
from typing import Any

import pytest

from octotui.model.complaints import Keys
from octotui.model.toml.positions import Positions


@pytest.mark.parametrize(
    ("text", "at", "place"),
    [
        ("a = 1", ("a",), (1, 1)),
        ("# c\n\n  a = 1", ("a",), (3, 3)),
        ("[a.b]\nc = 1", ("a",), (1, 2)),
        ("[a.b]\nc = 1", ("a", "b"), (1, 4)),
        ("[a.b] # d\nc = 1", ("a", "b", "c"), (2, 1)),
        ("a.b.c = 1", ("a", "b", "c"), (1, 5)),
        ("[x]\n[ a . 'b' ]\nc.d = 1", ("a", "b", "c", "d"), (3, 3)),
        ('a = { b = 1, "c d" = { e = 2 } }', ("a", "c d", "e"), (1, 24)),
        ('"\\u00e9" = 1', ("é",), (1, 1)),
        ('"é" = { "ü" = "日本", k = 1 }', ("é", "k"), (1, 21)),
        ("é = 1".replace("é", '"日本".x'), ("日本", "x"), (1, 6)),
        ("a = [\n 1, # one\n [2, 3],\n]", ("a", 1, 1), (3, 6)),
        ('a = [{b = 1}, {c = "é", d = 2}]', ("a", 1, "d"), (1, 25)),
        ("a = '''\né\n'''\nb = 1", ("b",), (4, 1)),
        ("a = 1\r\nb = 2\r\n", ("b",), (2, 1)),
    ],
)
def test_a_key_stands_where_people_would_point(text: str, at: Keys, place: tuple[int, int]) -> None:
    assert Positions(text).find(at) == place


ARRAYS = """\
[[a]]
x = 1
[[a.b]]
y = 1
[[a.b]]
y = 2
[a.b.c]
z = 2
[[a]]
[[a.b]]
y = 3
"""


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (("a", 0), (1, 1)),
        (("a", 0, "x"), (2, 1)),
        (("a", 0, "b", 0, "y"), (4, 1)),
        (("a", 0, "b", 1, "y"), (6, 1)),
        (("a", 0, "b", 1, "c", "z"), (8, 1)),
        (("a", 1), (9, 1)),
        (("a", 1, "b", 0, "y"), (11, 1)),
    ],
)
def test_headers_go_on_in_the_last_table_of_an_array(at: Keys, place: tuple[int, int]) -> None:
    assert Positions(ARRAYS).find(at) == place


def test_a_key_that_is_missing_stands_where_its_table_does() -> None:
    assert Positions("[space]\nx = 1").find(("space", "name")) == (1, 2)
    assert Positions("[space]\nx = 1").find(("pools", "a")) == (1, 1)
    assert Positions("").find(("space",)) == (1, 1)


def test_a_value_alone_stands_for_a_list_of_one() -> None:
    text = 'x = { pool = "a", environment = "b" }'
    assert Positions(text).find(("x", 0, "environment", 0)) == (1, 19)


def test_every_key_of_a_document_is_found() -> None:
    import tomllib

    from tests.model.texts import SAMPLE

    positions = Positions(SAMPLE)
    places = [positions.find(at) for at in _ways(tomllib.loads(SAMPLE))]
    assert len(set(places)) == len(places)


def _ways(node: Any, at: Keys = ()) -> list[Keys]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way for key, value in items for way in [(*at, key), *_ways(value, (*at, key))]]


@pytest.mark.parametrize(
    ("text", "at", "inside", "place"),
    [
        ("a = 'xyz'", ("a",), (1, 3), (1, 8)),
        ('a = "xyz"', ("a",), (1, 3), (1, 8)),
        ('a = "é\\u00e9z"', ("a",), (1, 3), (1, 5)),
        ("a = '''\none\ntwo'''", ("a",), (2, 2), (3, 2)),
        ("a = '''one\ntwo'''", ("a",), (1, 2), (1, 9)),
        ("a = '''one\ntwo'''", ("a",), (2, 2), (2, 2)),
        ('a = """\r\n日本\r\ntwo"""', ("a",), (2, 2), (3, 2)),
        ('a = """\none \\\n two"""', ("a",), (1, 6), (1, 5)),
        ('a = [ "x", { b = "yz" } ]', ("a", 1, "b"), (1, 2), (1, 20)),
        ("a = 'xyz'", ("a", 0, "value"), (1, 2), (1, 7)),
        ("[a]\nb = 1", ("a", "b", "c"), (1, 2), (2, 1)),
    ],
    ids=str,
)
def test_a_place_inside_a_text(text: str, at: Keys, inside: tuple[int, int], place: tuple[int, int]) -> None:
    """Where a text has escapes, its beginning has to do; what is no text has its key."""
    assert Positions(text).inside(at, *inside) == place


def test_very_many_places_are_found_in_no_time() -> None:
    text = "".join(f"[é.t{number}]\nkey = 'x'\n" for number in range(20_000)).replace("é.", '"é".')
    positions = Positions(text)
    start = time.process_time()
    for number in range(0, 20_000, 10):
        assert positions.find(("é", f"t{number}", "key")) == (2 * number + 2, 1)
    assert time.process_time() - start < 2.0  # in fact 0.02 s


def test_keys_of_any_depth_are_found() -> None:
    deep = ".".join("a" * 3000)
    assert Positions(f"[{deep}]\n{deep} = 1\n").find(("a",) * 3000) == (1, 5_999 + 1)
