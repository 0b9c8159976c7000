"""P1: which version is higher, and which fits what was asked for."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octotui.model.versions import VERSION, RangeError, best, fits, highest, precedence, range_of, tag_of

RISING = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.0.1",
    "1.0.1",
    "1.2",
    "1.10.0",
    "2.0.0-rc.1+build.7",
    "2",
    "2.0.0.1",
    "2022.1.3.45",
    "2022.1.12.1",
    "2022.11.1",
]


def test_p1_precedence_is_that_of_semver_for_any_count_of_numbers() -> None:
    assert sorted(sorted(RISING), key=precedence) == RISING
    assert precedence("1.2") == precedence("1.2.0.0+build")
    assert precedence("2022.01.03") == precedence("2022.1.3")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("*", "2.1.0"),
        ("1.2.0", "1.2.0"),
        ("1.2", "1.2.0"),
        ("[1.2.0]", "1.2.0"),
        ("[1.0,2.0)", "1.10.0"),
        ("[1.0, 1.10.0)", "1.2.0"),
        ("(1.2,)", "2.1.0"),
        ("(,1.2)", None),
        ("(,1.2]", "1.2.0"),
        ("1.x", "1.10.0"),
        ("1.2.*", "1.2.0"),
        ("1.X.x", "1.10.0"),
        ("1.2.0.0.*", "1.2.0"),
        ("3.x", None),
        ("3.x-*", "3.0.0-rc.1"),
        ("3.x-beta*", "3.0.0-beta.2"),
        ("*-*", "3.0.0-rc.1"),
        ("3.0.0-beta.1", "3.0.0-beta.1"),
        ("[3.0.0-beta,3.0.0-rc)", "3.0.0-beta.2"),
        ("[2.0,3.0.0]", "2.1.0"),
    ],
)
def test_p1_the_highest_that_fits(wanted: str, found: str | None) -> None:
    """P1: releases, unless pre-releases are asked for."""
    held = ["2.1.0", "1.2.0", "1.10.0", "3.0.0-beta.1", "3.0.0-beta.2", "3.0.0-rc.1"]
    assert highest(held, wanted) == found


def test_p1_a_channels_tag_decides_about_pre_releases() -> None:
    held = ["1.0.0", "1.1.0-beta.1", "1.1.0-rc.1"]
    assert highest(held, tag="") == "1.1.0-rc.1"
    assert highest(held, tag="^$") == "1.0.0"
    assert highest(held, "[1.0,2.0)", "^beta") == "1.1.0-beta.1"
    assert highest(held, "[1.0,1.1.0-beta)", "^beta") is None


def test_of_builds_just_the_one_asked_for_fits() -> None:
    assert highest(["1.0.0+a", "1.0.0+b"], "1.0.0+b") == "1.0.0+b"
    assert highest(["1.0.0+a", "1.0.0+b"], "1.0.0") == "1.0.0+a"


@pytest.mark.parametrize(
    "text", ["", "latest", "[]", "[,]", "1.2.", "[1.0,2.0", "1..2", "^1.0", "x.1", "[1;2]", "9" * 19]
)
def test_what_is_no_range_is_a_sentence(text: str) -> None:
    with pytest.raises(RangeError, match="is no range of versions; write one such as"):
        fits("1.0.0", text)


@pytest.mark.parametrize("text", ["[2.0,1.0]", "(1.0,1.0]", "(1.0)"])
def test_a_range_in_which_nothing_can_be_is_a_sentence(text: str) -> None:
    with pytest.raises(RangeError, match="No version is in"):
        range_of(text)


numbers = st.lists(st.integers(0, 3), min_size=1, max_size=4)
tags = st.sampled_from(["", "", "-1", "-beta", "-beta.2", "-rc.10"])
versions = st.builds(lambda parts, tag: ".".join(map(str, parts)) + tag, numbers, tags)


def place(version: str) -> list[object]:
    """SemVer's order again, spelled out: four numbers, then what stands behind the dash."""
    core, _, tag = version.partition("-")
    padded = [*map(int, core.split(".")), 0, 0, 0, 0][:4]
    words = [(each.isdigit(), each.zfill(9) if each.isdigit() else each) for each in tag.split(".")]
    return [*padded, not tag, [(not digits, text) for digits, text in words]]


@given(versions, versions)
def test_the_order_is_that_of_a_plain_reading(one: str, other: str) -> None:
    assert (precedence(one) < precedence(other)) == (place(one) < place(other))


@given(versions, versions, versions, st.sampled_from("[("), st.sampled_from(")]"))
def test_an_interval_holds_what_lies_between_its_ends(
    version: str, low: str, high: str, left: str, right: str
) -> None:
    text = f"{left}{low},{high}{right}"
    try:
        found = fits(version, text, tag="")
    except RangeError:
        assert place(low) >= place(high)
        return
    above = place(version) > place(low) or (left == "[" and place(version) == place(low))
    below = place(version) < place(high) or (right == "]" and place(version) == place(high))
    assert found == (above and below)
    let_in = not tag_of(version) or bool(tag_of(low) or tag_of(high))
    assert fits(version, text) == (found and let_in)


@given(versions, st.lists(st.integers(0, 3), max_size=3), st.sampled_from(["", "-*", "-b*"]))
def test_a_floating_range_holds_what_begins_so(version: str, begins: list[int], tag: str) -> None:
    text = ".".join([*map(str, begins), "*"]) + tag
    core, _, found = version.partition("-")
    starts = [*map(int, core.split(".")), 0, 0, 0][: len(begins)] == begins
    assert fits(version, text) == (starts and (not found or bool(tag and fnmatchcase(found, tag[1:]))))


@given(st.text(st.sampled_from("0123456789.,[]()*x-+ab² "), max_size=12))
def test_no_text_raises_anything_but_its_own_error(text: str) -> None:
    try:
        fits("1.2.3-beta", text)
    except RangeError as error:
        said = str(error)
        assert text in said
    else:
        assert re.search(rf"{VERSION}|\*|x|X", text)


@pytest.mark.parametrize(
    ("wanted", "limits", "tag", "found"),
    [
        ("*", None, None, "2.0.0"),
        ("*", "[1.0,2.0)", None, "1.4.0"),
        ("*", "[1.0-a,2.0)", None, "1.5.0-beta"),
        ("*", None, "^$", "2.0.0"),
        ("*", None, "^beta", "1.5.0-beta"),
        ("1.x", None, "^beta", "1.5.0-beta"),
        ("1.x", "[1.0,1.3)", None, None),
        ("1.5.0-beta", "[1.0,2.0)", "^$", None),
    ],
)
def test_p1_the_best_is_what_a_step_wants_within_what_a_channel_allows(
    wanted: str, limits: str | None, tag: str | None, found: str | None
) -> None:
    assert best(("1.4.0", "1.5.0-beta", "2.0.0"), wanted, limits, tag) == found
