"""The single values: what they take, and what they do not."""

import pytest

from octotui.model.toml.specs.scalars import (
    CONDITION,
    ENDPOINT,
    INNER_FILES,
    PACKAGE,
    SLUG,
    TAG,
    TIME,
    URL,
    name,
)
from octotui.model.toml.specs.spec import ScalarSpec


@pytest.mark.parametrize(
    ("leaf", "taken", "refused"),
    [
        (name(), ["a", "a b"], ["", " a", "a\nb", 3]),
        (SLUG, ["a", "a-b.c_1"], ["A", "-a", ""]),
        (TAG, ["region/westus"], ["region", "a/b/c", "a /b"]),
        (TIME, ["90s", "1h30m"], ["90", "soon"]),
        (PACKAGE, ["tools", "tools@1.x", "My.Tool@[1.0, 2.0)"], ["a@b@c", ".hidden", "a/b", "a@ 1"]),
        (URL, ["https://a", "http://127.0.0.1:8/x?y=z"], ["ftp://a", "https://u:p@a/", "https://"]),
        (
            ENDPOINT,
            ["local", "ssh://ann@web1:22", "ssh://[::1]:22"],
            ["", "Local", "ssh://", "ssh://-v", "local "],
        ),
        (INNER_FILES, ["*.json", "web/**/*.config", "a..b"], ["/etc/*", "../x", "a/../b", "a/.."]),
        (CONDITION, ["success", "#{Deploy}"], ["maybe", ""]),
    ],
)
def test_what_they_take(leaf: ScalarSpec, taken: list[object], refused: list[object]) -> None:
    assert [each for each in taken if not leaf.holds(each)] == []
    assert [each for each in refused if leaf.holds(each)] == []
