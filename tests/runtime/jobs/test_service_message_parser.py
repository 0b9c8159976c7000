import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octotui.runtime.jobs.service_message_parser import LIMIT, ServiceMessageParser
from octotui.runtime.jobs.service_message_types import Level, Message, Problem, SetVariable
from tests.runtime.reading import read, said


def test_v7_a_level_says_where_it_begins() -> None:
    text = b"one\n##octopus[stdout-wait]\ntwo\nthree\n##octopus[stdout-default]\nfour\n"
    visible, messages = ServiceMessageParser().feed(text)
    assert visible == b"one\ntwo\nthree\nfour\n"
    assert [visible[each.at :] for each in messages] == [b"two\nthree\nfour\n", b"four\n"]


def test_v7_a_message_at_the_end_of_a_line_leaves_its_beginning() -> None:
    visible, messages = read(b"working ... ##octopus[stdout-wait]\nand on\n")
    assert visible == b"working ... \nand on\n"
    assert messages == [Level(at=13, stream="stdout", level="wait")]
    assert read(b"last ##octopus[stdout-wait]") == (b"last ", [Level(at=5, stream="stdout", level="wait")])


def test_v7_what_follows_a_message_on_its_line_is_visible() -> None:
    text = b"##octopus[stdout-wait]##octopus[stdout-error]oh\n"
    levels = [Level(at=0, stream="stdout", level=level) for level in ("wait", "error")]
    assert read(text) == (b"oh\n", levels)
    assert ServiceMessageParser().feed(text) == (b"oh\n", levels)


@pytest.mark.parametrize(
    "text",
    [
        b"+ echo '##octopus[stdout-wait]'\n",
        b'    echo "##octopus[stdout-wait]"\n',
        b"a ##octopus[stdout-\n",
        b"see ##octopus[x y]\n",
        b"##octopus\n",
        b"###octopu[stdout-wait]\n##octopu",
        b"\r\r\n\n #",
    ],
)
def test_v7_text_that_only_speaks_of_messages_stays_as_it_is(text: bytes) -> None:
    assert read(text) == (text, [])
    assert read(*(bytes([each]) for each in text)) == (text, [])


def test_v7_only_what_may_become_a_message_is_held_back() -> None:
    reader = ServiceMessageParser()
    assert reader.feed(b"text ##octo") == (b"text ", [])
    assert reader.feed(b"puses swim") == (b"##octopuses swim", [])
    assert reader.feed(b" #") == (b" ", [])
    assert reader.feed(b"") == (b"", [])
    assert reader.feed(b"1\n##octopus[stdout") == (b"#1\n", [])
    assert reader.feed(b"-wait") == (b"", [])
    assert reader.feed(b"]") == (b"", [])
    assert reader.feed(b"\nx") == (b"x", [Level(at=0, stream="stdout", level="wait")])
    assert reader.feed(b"\n##octopus[stdout-wait]") == (b"\n", [])
    assert reader.feed(b"goes on") == (b"goes on", [Level(at=0, stream="stdout", level="wait")])
    assert reader.feed(b"\n##octopus[stdout wait") == (b"\n", [])
    assert reader.feed(b"]")[0] == b"##octopus[stdout wait]"
    assert reader.end() == (b"", [])


def test_v7_a_message_that_its_line_has_not_ended_is_shown_with_what_follows_on_the_next() -> None:
    reader = ServiceMessageParser()
    assert reader.feed(b"##octopus[stdout-wait") == (b"", [])
    visible, (problem,) = reader.feed(b" \nand on")
    assert visible == b"##octopus[stdout-wait \nand on"
    assert isinstance(problem, Problem)


def test_v7_a_megabyte_without_a_newline_is_not_held_back() -> None:
    reader = ServiceMessageParser()
    for _ in range(1024):
        assert reader.feed(b"#" + b"x" * 1023)[0]
    reader = ServiceMessageParser()
    assert reader.feed(b"##octopus[ no message at all")[0] == b"##octopus[ no message at all"


def test_v7_a_large_value_comes_through_and_a_larger_one_is_text() -> None:
    large = said("setVariable", name="n", value="x" * 700_000) + b"\n"
    chunks = [large[at : at + 1000] for at in range(0, len(large), 1000)]
    assert read(*chunks) == (b"", [SetVariable(at=0, name="n", value="x" * 700_000)])
    huge = b"##octopus[setVariable name='YQ==' value='" + b"A" * LIMIT
    reader = ServiceMessageParser()
    shown = b""
    problems: list[Message] = []
    for at in range(0, len(huge), 1000):
        text, found = reader.feed(huge[at : at + 1000])
        shown += text
        problems += found
        assert at - len(shown) < LIMIT
    assert shown == huge
    assert [type(each) for each in problems] == [Problem]


def test_v7_single_bytes_of_a_large_message_take_linear_time() -> None:
    reader = ServiceMessageParser()
    reader.feed(b"##octopus[setVariable name='YQ==' value='")
    begun = time.process_time()
    for _ in range(300_000):
        reader.feed(b"A")
    assert time.process_time() - begun < 5
    visible, messages = reader.feed(b"']\n")
    assert (visible, len(messages)) == (b"", 1)


def test_v7_many_beginnings_on_one_line_take_linear_time() -> None:
    text = b"##octopus[a b='##octopus[a " * 20_000
    begun = time.process_time()
    assert read(text)[0] == text
    assert time.process_time() - begun < 5


def test_v7_a_chunk_without_messages_is_handed_on_as_it_is() -> None:
    chunk = b"much # text\n" * 1000
    assert ServiceMessageParser().feed(chunk)[0] is chunk


PIECES = st.sampled_from(
    [
        b"text",
        b"\n",
        b"\r\n",
        b" ",
        b"#",
        b"##octopus[",
        b"##octopus",
        b"setVariable",
        b" name='YQ=='",
        b" value=",
        b"'",
        b'"',
        b"YQ==",
        b"]",
        b"]\n",
        b"\n##octopus[stdout-wait]",
        b"##octopus[stdout-error]\n",
        b"\r",
        b"\n" + said("progress", percentage="7"),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=25), st.lists(st.integers(0, 300)))
def test_v7_however_the_output_is_cut_the_same_is_read(pieces: list[bytes], cuts: list[int]) -> None:
    text = b"".join(pieces)
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    visible, messages = read(text)
    assert read(*(text[start:stop] for start, stop in pairwise(places))) == (visible, messages)
    assert read(*(bytes([each]) for each in text)) == (visible, messages)
    if not any(type(each) is not Problem for each in messages):
        assert visible == text


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1), st.text())), st.integers(1, 50))
def test_v7_every_variable_comes_through(variables: list[tuple[str, str]], size: int) -> None:
    text = b"".join(
        b"text\n" + said("setVariable", name=name, value=value) + b"\n" for name, value in variables
    )
    visible, messages = read(*(text[at : at + size] for at in range(0, len(text), size)))
    assert visible == b"text\n" * len(variables)
    assert [(each.name, each.value) for each in messages if isinstance(each, SetVariable)] == variables
