"""Reading: the short way for names alone says what the grammar says, and no nonsense takes long (V1)."""

import contextlib
import subprocess
import sys
import time

import pytest
from hypothesis import example, given, settings

from octotui.variables.syntax import nodes
from octotui.variables.syntax.nodes import Name
from octotui.variables.syntax.parser import read_fully
from octotui.variables.syntax.scanner import LONGEST_CACHED, read, read_plainly
from octotui.variables.template import TemplateError, parse
from tests.variables.test_template import TEXTS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("no tags { } ##", ("no tags { } ##",)),
        ("a #{ B . c } d", ("a ", Name("B . c", "b.c", 2, 12), " d")),
        ("##{A}#{A}", ("#", "{A}", Name("A", "a", 5, 9))),
        ("#{A[b c].D}", (Name("A[b c].D", "a[b c].d", 0, 11),)),
    ],
)
def test_v1_a_text_of_names_alone_is_read_plainly(text, parts):
    assert read_plainly(text) == parts
    assert read(text) == parts


@pytest.mark.parametrize(
    "text", ["#{if A}", "#{else}", "#{/if}", "#{A | x}", "#{A[#{B}]}", "#{}", "#{calc A}", "a #{"]
)
def test_v1_a_text_with_more_than_names_wants_the_grammar(text):
    assert read_plainly(f"#{{Name}} {text}") is None


def test_v1_parts_are_kept_unless_the_text_is_long():
    short, long = "#{A} kept", "#{A}" + "x" * LONGEST_CACHED
    assert read(short) is read(short)
    assert read(long) == read(long)
    assert read(long) is not read(long)


@settings(max_examples=80, deadline=None)
@given(TEXTS)
@example("#{ A . b [ c ] } ###{x} ##{y} #{}")
@example("#{a]}")
@example("#{.}")
def test_v1_both_ways_of_reading_agree(text):
    plainly = read_plainly(text)
    if plainly is None:
        return
    fully = read_fully(text)
    assert joined(plainly) == joined(fully)


def joined(parts):
    """Parts with neighbouring texts as one."""
    done = []
    for part in parts:
        if isinstance(part, str) and done and isinstance(done[-1], str):
            done[-1] += part
        else:
            done.append(part)
    return [(part.key, part.start, part.end) if isinstance(part, nodes.Name) else part for part in done]


def test_v1_texts_of_names_alone_do_without_the_grammar():
    code = (
        "import sys; from octotui.variables.template import parse;"
        "parse('a #{B[c d].e} ##{f}').fill({'b[c d].e': '1'}); parse('none');"
        "sys.exit(any(name in sys.modules for name in ('lark', 'regex', 'markdown_it', 'difflib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "#" * 200_000,
        "#{" * 20_000,
        "#{a[" * 20_000,
        "#{a " * 20_000,
        "#{each a " * 20_000,
        "#{" + " " * 200_000,
        "#{a" + " b" * 100_000,
        '#{a | x "' * 20_000,
        "[" * 100_000 + "#{a" + "[" * 100_000,
        "#{calc a" + " a" * 20_000,
        "#{J.x}",
    ],
    ids=lambda text: text[:10],
)
def test_v1_long_nonsense_is_read_in_no_time(text):
    start = time.process_time()
    with contextlib.suppress(TemplateError):
        parse(text).fill({"j": "[" * 100_000})
    assert time.process_time() - start < 10  # of the processor, whatever else runs


def test_v1_reading_is_work_before_it_is_done_whether_it_was_done_before_or_not():
    for text, least in (("#{A} and text", 100), ("#{if A}#{B | ToUpper}#{/if}", 10_000), ("text", 0)):
        works = []
        for _ in range(2):
            spent = []
            read(text, spent.append)
            works.append(sum(spent))
        assert works[0] == works[1]
        assert works[0] >= least

    def refuse(work):
        raise nodes.TooMuch("no")

    with pytest.raises(nodes.TooMuch):
        read("#{if unclosed", refuse)
