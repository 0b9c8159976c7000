"""Words of a query, while somebody still types."""

import pytest

from octotui.engine.queries.scanner import quoted, scan


def words(text: str) -> list[tuple[str, bool, list[str]]]:
    return [(each.key, each.negated, [value.text for value in each.values]) for each in scan(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("  aws  rds ", [("", False, ["aws"]), ("", False, ["rds"])]),
        ("state:failed,cancelled", [("state", False, ["failed", "cancelled"])]),
        ("STATE:x", [("state", False, ["x"])]),
        ("-word -state:failed", [("", True, ["word"]), ("state", True, ["failed"])]),
        ("- --", [("", False, ["-"]), ("", True, ["-"])]),
        ('runbook:"Create AWS RDS" x', [("runbook", False, ["Create AWS RDS"]), ("", False, ["x"])]),
        ('runbook:"a, b",c', [("runbook", False, ["a, b", "c"])]),
        ('"state:failed" "a ""b"""', [("", False, ["state:failed"]), ("", False, ['a "b"'])]),
        ('env:"pro d', [("env", False, ["pro d"])]),
        ('env:"', [("env", False, [""])]),
        ("env:", [("env", False, [""])]),
        ("env:a,", [("env", False, ["a", ""])]),
        ("a,b 12:30", [("", False, ["a,b"]), ("", False, ["12:30"])]),
        ("since:14:02", [("since", False, ["14:02"])]),
    ],
)
def test_words_have_keys_and_values(text: str, found: list[tuple[str, bool, list[str]]]) -> None:
    assert words(text) == found


def test_words_and_values_know_their_places() -> None:
    text = 'x -env:"a b",c'
    (_, word) = scan(text)
    assert text[word.start : word.end] == '-env:"a b",c'
    assert [text[each.start : each.end] for each in word.values] == ['"a b"', "c"]


@pytest.mark.parametrize("value", ["plain", "two words", 'a "quote"', "a,b", "", "é:x", '"', '""'])
def test_a_quoted_value_is_read_back(value: str) -> None:
    (word,) = scan(f"env:{quoted(value)}")
    assert [each.text for each in word.values] == [value]
