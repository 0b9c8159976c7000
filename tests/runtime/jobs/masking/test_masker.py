import base64
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octotui.runtime.jobs.masking import STARS, Masker


def masked(secrets: list[str], *chunks: bytes) -> bytes:
    masker = Masker(secrets)
    return b"".join([*(masker.feed(chunk) for chunk in chunks), masker.end()])


def test_v5_a_sensitive_value_shows_as_eight_stars() -> None:
    assert masked(["kraken"], b"the kraken, the kraken\n") == b"the ********, the ********\n"
    assert masked(["größer"], "ist größer".encode()) == b"ist ********"


def test_v5_a_value_split_over_chunks_is_masked() -> None:
    assert masked(["kraken"], b"the kra", b"ken wakes") == b"the ******** wakes"
    assert masked(["kraken"], *(bytes([each]) for each in b"the kraken wakes")) == b"the ******** wakes"


def test_v5_only_what_may_be_a_secrets_beginning_is_held_back() -> None:
    masker = Masker(["kraken"])
    assert masker.feed(b"a krak") == b"a "
    assert masker.feed(b"atoa krake") == b"krakatoa "
    assert masker.feed(b"") == b""
    assert masker.end() == b"krake"
    assert masker.end() == b""
    assert masker.feed(b"kraken") + masker.end() == STARS


def test_v5_the_longest_value_wins() -> None:
    both = ["kraken", "kraken-unleashed"]
    assert masked(both, b"kraken-unleashed kraken-unl") == b"******** ********-unl"
    masker = Masker(both)
    assert masker.feed(b"kraken-un") == b""
    assert masker.feed(b"do") == STARS + b"-undo"


def test_v5_values_that_overlap_are_masked_together() -> None:
    assert masked(["abcdef", "defghi"], b"<abcdefghi>") == b"<********>"
    assert masked(["abcdef", "defghi"], b"<abcde", b"fg", b"hi>") == b"<********>"
    assert masked(["aaaa"], b"a" * 1000) == STARS
    assert masked(["abcd"], b"abcdabcd") == STARS * 2


def test_v5_each_line_of_a_value_is_masked() -> None:
    key = "-----BEGIN-----\r\n  deadbeef  \n}\nok\n-----END-----\n"
    assert masked([key], b"> deadbeef <\nok } -----END-----") == b"> ******** <\nok } ********"
    assert masked([key], key.encode()) == STARS
    assert masked([key], key.replace("\r", "").encode()) == b"********\n  ********  \n}\nok\n********\n"
    assert masked(["s3cret\n"], b"it is s3cret.") == b"it is ********."


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("after", ["", "!\n", "@host/path"])
def test_v5_a_value_in_base64_is_masked_wherever_it_begins(before: str, after: str) -> None:
    encoded = base64.b64encode(f"{before}correct-horse{after}".encode())
    first = -(-len(before) * 8 // 6)  # of the characters that tell of nothing else
    last = (len(before) + len("correct-horse")) * 8 // 6
    visible = encoded[last:] if before or after else b""
    assert masked(["correct-horse"], b"Basic " + encoded) == b"Basic " + encoded[:first] + STARS + visible


def test_v5_values_too_short_to_be_told_from_ordinary_text_are_left() -> None:
    assert masked(["", "yes", "42"], b"yes, 42") == b"yes, 42"


def test_v5_a_value_learnt_on_the_way_is_masked_from_then_on() -> None:
    masker = Masker(["kraken"])
    assert masker.feed(b"squid kra") == b"squid "
    masker.record(["squid", "kraken"])
    assert masker.feed(b"ken squid") == b"******** ********"


def test_v5_messages_are_masked_whole() -> None:
    masker = Masker(["kraken"])
    assert masker.text("the kraken is krak") == "the ******** is krak"
    assert masker.holds("a kraken")
    assert not masker.holds("a krake")
    assert masker.feed(b"kra") == b""
    assert masker.text("ken") == "ken"


def test_v5_no_secrets_cost_nothing() -> None:
    chunk = b"as it came"
    assert Masker([]).feed(chunk) is chunk
    assert Masker(["kraken"]).feed(chunk) is chunk


def test_v5_much_text_like_a_secret_takes_linear_time() -> None:
    secret = "ab" * 2000 + "!"
    begun = time.perf_counter()
    assert masked([secret], *(b"ab" * 5000 for _ in range(100))) == b"ab" * 500_000
    assert time.perf_counter() - begun < 5


def reference(secrets: list[str], text: bytes) -> bytes:
    """Every byte of every occurrence of a value, by brute force: runs of them are the masks."""
    ends = [0] * (len(text) + 1)
    for secret in secrets:
        for start in range(len(text)):
            if text.startswith(secret.encode(), start):
                ends[start] = max(ends[start], start + len(secret.encode()))
    shown, at = b"", 0
    for start in range(len(text)):
        if ends[start]:
            shown += STARS if start >= at else b""
            at = max(at, ends[start])
        if start >= at:
            shown += text[start : start + 1]
    return shown


LETTERS = st.sampled_from("abé")
VALUES = st.lists(st.text(LETTERS, min_size=4, max_size=7), max_size=4)


@settings(deadline=None)
@given(VALUES, st.lists(st.text(LETTERS, max_size=12)), st.lists(st.integers(0, 200)))
def test_v5_however_the_text_is_cut_all_secrets_and_only_they_are_masked(
    secrets: list[str], parts: list[str], cuts: list[int]
) -> None:
    text = "".join(each for pair in zip(parts, secrets * 20, strict=False) for each in pair).encode()
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    chunks = [text[start:stop] for start, stop in pairwise(places)]
    result = masked(secrets, *chunks)
    assert result == masked(secrets, text) == reference(secrets, text)
    assert not any(secret.encode() in result for secret in secrets)


@settings(deadline=None)
@given(
    st.lists(st.text(min_size=4, max_size=12).filter(lambda text: "*" not in text), max_size=4),
    st.text(max_size=20),
    st.integers(1, 9),
)
def test_v5_no_secret_ever_appears_in_the_output(secrets: list[str], text: str, size: int) -> None:
    whole = text.join(["", *secrets, ""]).encode()
    result = masked(secrets, *(whole[at : at + size] for at in range(0, len(whole), size)))
    assert not any(secret.encode() in result for secret in secrets)


def test_a_text_that_was_cut_shows_no_part_of_a_secret() -> None:
    """V5."""
    masker = Masker(("hunter22", "22 pounds"))
    text = b"a hunter22 pounds."
    assert masker.beginning(text) == b"a ********."
    for cut in range(len(text)):
        shown = masker.beginning(text[:cut])
        assert b"a ********.".startswith(shown)
    assert Masker().beginning(b"plain") == b"plain"
