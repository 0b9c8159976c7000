"""V1: of a text whose tags cannot all be read the others are, whatever it says."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from octotui.variables.fill import Filler
from octotui.variables.syntax.nodes import TemplateError, TooMuch
from octotui.variables.syntax.recovery import read_leniently
from octotui.variables.syntax.scanner import read

PIECES = [
    *("#{", "}", "#{A}", "#{if A}", "#{if =}", "#{unless B}", "#{each x in Xs}", "#{each x}", "#{elseif A}"),
    *("#{elseif =}", "#{else}", "#{/if}", "#{/unless}", "#{/each}", "#{/no}", "#{calc 1 + 2}", "#{calc }"),
    *("#{A | Append ", "#{x[", "]", '"', '\\"', "#", "##{", "{", "=", "|", " ", "\n", "x", "#{ }"),
]
TEXTS = some.lists(some.sampled_from(PIECES), max_size=14).map("".join)


def told(text):
    return read_leniently(text, lambda work: None)


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_v1_any_text_is_read_and_what_is_right_is_read_as_ever(text):
    parts, misread = told(text)
    try:
        assert parts == read(text) or [each for each in parts if each] == [
            each for each in read(text) if each
        ]
        assert misread == []
    except TemplateError:
        assert misread
    assert all(0 <= at <= len(text) for at, _ in misread)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_v1_what_is_around_a_tag_that_is_none_is_filled_in_as_ever(before, after):
    """Where both sides are right by themselves, what stands between them changes neither."""
    values = {"a": "1", "xs": "1,2"}
    try:
        read(before), read(after)
    except TemplateError:
        return
    fill = Filler(values).fill_in
    if (before + "|").endswith("#|") or "{" in after[:1] or after[:1] == "#":
        return  # they would make something else of each other
    found = fill(f"{before}\n#{{=}}\n{after}")
    assert found.text == f"{fill(before).text}\n#{{=}}\n{fill(after).text}"


def test_v1_a_block_that_is_none_is_none_to_its_end():
    text = "#{if A}1#{if =}2#{if A}3#{/if}#{else}4#{/if}5#{/if}"
    assert Filler({"a": "1"}).fill_in(text).text == "1#{if =}23#{else}4#{/if}5"


@pytest.mark.parametrize(
    "text",
    [
        "#{" * 20_000,
        "#{a[" * 20_000,
        "#{a " * 20_000,
        "#{each a " * 20_000,
        "#{a | x \\" * 20_000,
        '#{a | x \\"' * 20_000,
        "#{if a}" * 20_000,
        "#{/if}" * 20_000,
        "#{if a}" + "#{/each}" * 20_000,
        "#{if a}#{each x in y}" * 10_000 + "#{/if}" * 10_000,
        "#{x | f #{if A}" * 5_000,
        "#{if a}x#{bad =}#{/if}" * 5_000,
    ],
    ids=lambda text: text[:20],
)
def test_v1_very_many_tags_that_are_none_are_read_in_no_time(text):
    start = time.process_time()
    assert told(text)[1]
    assert time.process_time() - start < 10  # of the processor, whatever else runs


def test_v1_going_back_is_work():
    def spend(work):
        left[0] -= work
        if left[0] < 0:
            raise TooMuch("no")

    left = [1 << 28]
    with pytest.raises(TooMuch):
        read_leniently("#{if a}" + "#{elseif =}" * 2_000, spend)
