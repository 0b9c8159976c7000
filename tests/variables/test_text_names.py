"""The names of texts, and short ways to them that say what the grammar says (V1)."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octotui.variables.references import references
from octotui.variables.syntax.names import key_of
from octotui.variables.syntax.nodes import Call, TemplateError
from octotui.variables.syntax.parser import read_fully
from octotui.variables.syntax.scanner import plain_keys
from octotui.variables.text_names import ModelTexts, looked_up, simple_keys

PIECES = [
    "#{", "}", "#{A}", "#{ B . c }", "#{A[b c].D}", "#{if A}", "#{If  A.b }", '#{if A == "x"}',
    '#{if A!="x"}', "#{unless A}", "#{else}", "#{ ELSE }", "#{/if}", "#{/ if}", "#{/unless}",
    "#{A | ToUpper}", "#{A | sha256 }", '#{A | Replace "a" #{b}}', "#{A|FromBase64}", "#{elseif B}",
    "#{each a in B}", "#{/each}", "#{calc A + 1}", "#{if}", "#{else where}", "#{}", "##", "#", "{", " text ",
    '"', "|", "#{if A | x}", '#{if A == "#{B}"}', "==", "#{if A == B}", "#{A[#{B}]}", "#{if A[x]}", "\n",
]  # fmt: skip


def calls(node: object) -> Iterator[str]:
    """The filters of parts of a text."""
    if isinstance(node, Call):
        yield node.filter
    fields = (getattr(node, name) for name in getattr(node, "__struct_fields__", ()))
    for each in node if isinstance(node, tuple) else fields:
        yield from calls(each)


def by_grammar(text: str) -> tuple[set[str], set[str], set[str]] | None:
    try:
        parts = read_fully(text)
    except TemplateError:
        return None
    return (
        {key_of(path) for path, _ in looked_up(parts)},
        {each.key for each in references(text)},
        set(calls(parts)),
    )


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example('#{if A == "x"}#{B}#{else}#{C | ToUpper}#{/if}#{D | sha256}')
@example("##{if A}#{B}")
@example("###{if A}#{B}#{/if}")
@example("#{unless A}#{else}#{else}#{/unless}")
@example("#{if A}#{/unless}")
@example("#{/if}")
@example("#{if A}#{/ if}")
@example("#{if A}#{ /IF }")
@example("#{A | Foo(b) }#{A|ToUpper:c}")
def test_v1_short_ways_agree_with_the_grammar(text: str) -> None:
    simple = simple_keys(text)
    if simple is not None:
        assert tuple(map(set, simple)) == by_grammar(text)
    plain = plain_keys(text)
    if plain is not None:
        assert (set(plain), set(plain), set()) == by_grammar(text)


@pytest.mark.parametrize(
    "text", ['#{if A == "x"}#{B}#{else}#{C | ToUpper}#{/if}', "#{unless A}#{/unless} ##{x}", "#{A | Sha256}"]
)
def test_v1_what_is_common_wants_no_grammar(text: str) -> None:
    assert simple_keys(text) is not None


@pytest.mark.parametrize(
    "text", ["#{if A}", "#{each a in B}#{/each}", "#{A | Replace a b}", "#{calc A}", "#{"]
)
def test_v1_what_is_not_wants_it(text: str) -> None:
    assert simple_keys(text) is None


def test_v1_a_text_is_read_once_for_all_that_is_asked_of_it() -> None:
    texts = ModelTexts()
    found = texts.of("#{if Way}#{Name | Replace #{From} x}#{Name}#{/if}")
    assert found.keys == ("way", "name", "from")
    assert found.merged == ("name", "from")
    assert texts.of("#{if Way}#{Name | Replace #{From} x}#{Name}#{/if}") is found
    assert texts.of("plain").keys == ()
    found = texts.of("#{if A} #{Other}")
    assert found.merged == ("other",)
    (error,) = found.errors
    assert error.sentence.startswith("`#{if A}` is never closed")
