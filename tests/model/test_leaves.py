"""The single values: what they take, and what they do not."""

import pytest

from octotui.model.leaves import CONDITION, SLUG, TAG, TIME, name
from octotui.model.shape import Leaf


@pytest.mark.parametrize(
    ("leaf", "taken", "refused"),
    [
        (name(), ["a", "a b"], ["", " a", "a\nb", 3]),
        (SLUG, ["a", "a-b.c_1"], ["A", "-a", ""]),
        (TAG, ["region/westus"], ["region", "a/b/c", "a /b"]),
        (TIME, ["90s", "1h30m"], ["90", "soon"]),
        (CONDITION, ["success", "#{Deploy}"], ["maybe", ""]),
    ],
)
def test_what_they_take(leaf: Leaf, taken: list[object], refused: list[object]) -> None:
    assert [each for each in taken if not leaf.holds(each)] == []
    assert [each for each in refused if leaf.holds(each)] == []
