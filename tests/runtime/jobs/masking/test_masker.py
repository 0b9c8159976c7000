import base64
import time
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octotui.runtime.jobs.masking import STARS, Masker, SensitiveValues
from octotui.runtime.jobs.masking.masked_text import mask
from octotui.runtime.jobs.masking.masker import FULL
from octotui.store.logs.masked_spans import append, resume
from tests.runtime.jobs.masking.encodings import ALPHABETS, ENCODINGS, PROGRAMS
from tests.runtime.jobs.masking.encodings import values as values_of


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
    begun = time.process_time()
    assert masked([secret], *(b"ab" * 5000 for _ in range(100))) == b"ab" * 500_000
    assert time.process_time() - begun < 5


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


def test_v5_what_one_run_knows_is_masked_in_the_output_of_all() -> None:
    values = SensitiveValues()
    one, other = Masker(values=values, holder="run-1"), Masker(values=values, holder="run-2")
    one.record(["hunter22"])
    other.record(["squid-33"])
    for masker in (one, other):
        assert masker.feed(b"hunter22 and squid-33\n") == b"******** and ********\n"


def test_v5_when_a_run_has_ended_its_values_are_masked_in_what_was_printed_before() -> None:
    """That is over once a chunk comes behind which there is nothing more."""
    values = SensitiveValues()
    values.hold("run-1", ["hunter22"])
    there, later = Masker(values=values), Masker(values=values)
    later.feed(b"hello\n")
    assert there.feed(b"a hunt") == b"a "
    values.release("run-1")
    assert there.feed(b"er22 " + b"x" * FULL) == STARS + b" " + b"x" * FULL
    assert there.feed(b"hunter22\n") == STARS + b"\n"
    assert there.feed(b"hunter22\n") == b"hunter22\n"
    assert Masker(values=values).feed(b"hunter22\n") == b"hunter22\n"
    values.hold("run-2", ["squid-33"])
    assert later.feed(b"hunter22 squid-33\n") == b"******** ********\n"
    assert later.feed(b"hunter22 squid-33\n") == b"hunter22 ********\n"


def test_v5_colours_within_a_value_do_not_show_it() -> None:
    masker = Masker(["hunter22"])
    shown = masker.feed(b"it is hun\x1b[1") + masker.feed(b";31mter\x1b[") + masker.feed(b"0m22.\n")
    assert shown == b"it is ********\x1b[1;31m\x1b[0m.\n"


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_v5_however_it_is_cut_a_value_is_masked_however_it_is_written(alphabet: str) -> None:
    random = Random(8)
    for value in values_of(6, 2, alphabet):
        for name, encode in ENCODINGS.items():
            if name not in PROGRAMS:
                text = f"a {encode(value)} b\n".encode()
                whole = masked([value], text)
                cuts = sorted(random.choices(range(len(text) + 1), k=5))
                chunks = [text[start:stop] for start, stop in pairwise([0, *cuts, len(text)])]
                assert masked([value], *chunks) == whole, (name, value)
                assert STARS in whole


class Log:
    """A log, and what was masked in it, of an output that is read again after each crash."""

    def __init__(self, folder: Path) -> None:
        self.spans = folder / "spans"
        self.kept = bytearray()
        self._again = 0

    def read(self, text: bytes, values: SensitiveValues, random: Random) -> Masker:
        """Read what was printed so far in pieces, and keep what is not there yet."""
        self._again = len(self.kept)
        earlier = resume(self.spans, len(self.kept))
        masker = Masker(values=values, earlier=earlier, note=lambda spans: append(self.spans, spans))
        while text:
            cut = random.randint(1, 30)
            self.keep(masker.feed(text[:cut]))
            text = text[cut:]
        return masker

    def keep(self, shown: bytes) -> None:
        known = min(self._again, len(shown))
        self._again -= known
        self.kept += shown[known:]


PIECES = (
    *(b"one ", b"hunter22 ", b"squid-33\n", b"hunt", b"er22", b"aHVudGVyMjI= ", b"22squid-33hunter"),
    *(b"hunter22\x1b[1m22 ", b"s\x1b[0mquid-33 ", b"\\u0068unter22 ", b"%73quid-33"),
)


@pytest.mark.parametrize("seed", range(80))
def test_r4_what_is_read_again_is_masked_as_it_was_whatever_runs_are_open(tmp_path: Path, seed: int) -> None:
    """Which values are held changes all the time; the log only grows, and lacks nothing."""
    random = Random(seed)
    text = b"".join(random.choices(PIECES, k=60))
    values, log = SensitiveValues(), Log(tmp_path)
    for printed in [*sorted(random.choices(range(len(text)), k=4)), len(text)]:
        for holder, value in (("a", "hunter22"), ("b", "squid-33"), ("c", "22squid-33hunter")):
            values.release(holder)
            if random.random() < 0.6:
                values.hold(holder, [value])
        before = bytes(log.kept)
        masker = log.read(text[:printed], values, random)
        assert log.kept.startswith(before)
        if printed < len(text):
            del log.kept[random.randint(max(len(before), len(log.kept) - 20), len(log.kept)) :]
    log.keep(masker.end())
    spans = resume(log.spans, len(log.kept)).spans
    assert log.kept == mask(text, [(start, stop) for start, stop, _ in spans], until=len(text)).shown
