"""Names whose values become part of a text."""

import pytest

from octotui.variables.references import Reference, references


def keys(text: str) -> list[str]:
    return [each.key for each in references(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing ##{Here} # {B}", []),
        ("#{A} #{ B.C } #{D[e]}", ["a", "b.c", "d[e]"]),
        ("#{A | ToUpper | Trim}", ["a"]),
        ('#{A | Replace "x" #{B}}', ["a", "b"]),
        ("#{if A}#{B}#{elseif C}#{D}#{else}#{E}#{/if}", ["b", "d", "e"]),
        ('#{if A == "x"}y#{/if}#{unless B}#{C}#{/unless}', ["c"]),
        ("#{calc A + B * 2}", []),
        ("#{A[#{B}].C}", ["a[*].c"]),
        ("#{if A", []),
    ],
    ids=["text", "names", "filters", "options", "if", "conditions", "calc", "index", "broken"],
)
def test_v1_what_is_spliced_in_and_not_what_is_only_looked_at(text: str, found: list[str]) -> None:
    assert keys(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#{each x in A}#{x}#{B}#{/each}", ["a", "b"]),
        ("#{each x in A}#{X.Name}#{/each}", ["a", "a[*].name"]),
        ("#{each x in A}#{each y in x}#{y.Z}#{/each}#{/each}", ["a", "a[*].z"]),
        ("#{each x in A | ToBase64}#{x}#{/each}", []),
        ("#{each x in A}#{/each}", []),
    ],
    ids=["item", "part", "nested", "encoded", "count"],
)
def test_v1_items_of_loops_are_what_the_loop_goes_through(text: str, found: list[str]) -> None:
    assert keys(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#{A | ToBase64}", []),
        ("#{A | sha256}#{A | VersionMajor}#{A | Contains 'x'}", []),
        ("#{A | ToBase64 | Append #{B}}", ["b"]),
        ("#{A | ToBase64 | FromBase64}", ["a"]),
        ("#{A | JsonEscape}#{B | UriEscape}", ["a", "b"]),
    ],
)
def test_v1_filters_that_leave_letters_and_digits_alone(text: str, found: list[str]) -> None:
    assert keys(text) == found


def test_each_has_the_place_of_its_tag() -> None:
    text = "a #{B}\n  #{if C}#{D | Trim}#{/if}"
    assert references(text) == (Reference("b", 2), Reference("d", text.index("#{D")))
