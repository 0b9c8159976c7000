"""V5: a value is found however it is written, and nothing else is."""

import base64
import json
import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from octotui.runtime.jobs.masking.forms import forms_of
from octotui.runtime.jobs.masking.masked_text import STARS, mask
from octotui.runtime.jobs.masking.matcher import JointMatcher, Matcher
from tests.runtime.jobs.masking.encodings import (
    ALPHABETS,
    BASE64,
    ENCODINGS,
    PROGRAMS,
    values,
    without_stars,
)

ROOT = Path(__file__).parents[4]
SLACK = 12  # bytes of quotes around a value, and the like


def matcher(*secrets: str) -> Matcher:
    return Matcher({each: forms_of(each) for each in secrets})


def masked(found: Matcher, text: bytes) -> bytes:
    return mask(text, found.find(text), until=len(text)).shown


def letters_of(value: str) -> set[str]:
    """Each six letters of Base64 that a value alone decides."""
    pieces = set()
    for skipped in range(3):
        letters = base64.b64encode(bytes(skipped) + value.encode()).decode()
        start, stop = -(-skipped * 8 // 6), (skipped + len(value.encode())) * 8 // 6
        pieces |= {letters[at : at + 6] for at in range(start, stop - 5)}
    return pieces


@pytest.mark.parametrize("name", [each for each in ENCODINGS if each not in PROGRAMS])
def test_v5_nothing_of_a_value_is_seen_however_it_is_written(name: str) -> None:
    for value in (each for alphabet in ALPHABETS for each in values(1, 4, alphabet)):
        found = matcher(value)
        written = ENCODINGS[name](value)
        shown = masked(found, f"before {written} behind\n".encode())
        assert shown.startswith(b"before ")
        assert shown.endswith(b" behind\n")
        assert STARS in shown, (value, written, shown)
        if name in BASE64:
            left = re.sub(r"\\n|[\s\\]|%2F", "", shown.decode()).translate(str.maketrans("-_", "+/"))
            assert not [each for each in letters_of(value) if each in left], (value, written, shown)
        else:
            assert len(without_stars(shown)) <= len(b"before  behind\n") + SLACK, (value, written, shown)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_v5_nothing_of_a_value_is_seen_that_a_shell_traces_or_quotes(name: str) -> None:
    for alphabet in ALPHABETS:
        (value,) = values(2, 1, alphabet)
        written = ENCODINGS[name](value)
        shown = masked(matcher(value), written.encode(errors="surrogateescape"))
        assert STARS in shown, (value, written, shown)
        assert len(without_stars(shown)) <= len(b'declare -- x="" + : ') + SLACK, (value, written, shown)


def test_v5_a_value_of_several_lines_is_masked_as_a_whole_and_line_by_line() -> None:
    body = base64.encodebytes(Random(1).randbytes(300)).decode()
    key = f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----"
    found = matcher(key)
    for name, encode in ENCODINGS.items():
        shown = masked(found, encode(key).encode(errors="surrogateescape"))
        assert not [line for line in body.splitlines() if line.encode() in shown], name
        assert STARS in shown, name
    for line in body.splitlines():
        assert masked(found, f"> {line} <".encode()) == b"> ******** <"


def test_v5_a_few_characters_are_enough() -> None:
    """Of a value of four, what is shorter than six bytes in another form is left."""
    found = matcher("a&bc", "hunt5")
    assert masked(found, b"a&bc a%26bc a&amp;bc a\\u0026bc 61266263 61 26 62 63") == b" ".join([STARS] * 6)
    assert masked(found, b"YSZiYw== aHVudDU=") == b"******** ********"
    within = base64.b64encode(b"xa&bcx")
    assert masked(found, within) == within
    assert masked(found, base64.b64encode(b"xhunt5x")) == b"eG" + STARS + b"eA=="


@pytest.mark.parametrize("count", [1, 50])
def test_v5_ordinary_text_stays_as_it_is(count: int) -> None:
    """Source with escapes of all kinds, documentation, coloured output, numbers, digests and Base64."""
    found = matcher(*(next(values(seed, 1, name)) for name in ALPHABETS for seed in range(count)))
    random = Random(7)
    texts = [path.read_bytes() for path in sorted((ROOT / "octotui").rglob("*.py"))[::9]]
    texts += [(ROOT / "README.md").read_bytes(), (ROOT / "CHANGELOG.md").read_bytes()]
    texts.append(b"".join(b"\x1b[3%dm%d\x1b[0m 12:34:56 %d\n" % (n % 8, n, n * 7919) for n in range(2000)))
    texts.append(random.randbytes(50_000).hex(" ").encode())
    texts.append(base64.encodebytes(random.randbytes(50_000)))
    texts.append(random.randbytes(50_000))
    for text in texts:
        assert found.find(text) == []
        assert len(text) - found.decided(text) < 200


def test_v5_words_on_two_lines_are_no_value() -> None:
    found = matcher("kraken-unleashed", "abcdef")
    text = b"kraken-\nunleashed abc\ndef abc def ab:cdef"
    assert found.find(text) == []


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_v5_what_is_decided_does_not_change_with_what_follows(alphabet: str) -> None:
    """Where a text is cut between what is decided and the rest, the same is found."""
    random = Random(3)
    for value in values(4, 3, alphabet):
        found = matcher(value)
        for name, encode in ENCODINGS.items():
            if name in PROGRAMS:
                continue
            text = f"a {encode(value)} b\n".encode()
            whole = found.find(text)
            for cut in random.choices(range(len(text) + 1), k=6):
                decided = found.decided(text[:cut])
                before = [each for each in found.find(text[:cut]) if each[0] < decided]
                behind = [(decided + start, decided + stop) for start, stop in found.find(text[decided:])]
                assert before == [each for each in whole if each[0] < decided], (name, value, cut)
                assert behind == [each for each in whole if each[0] >= decided], (name, value, cut)


def test_v5_little_is_held_back() -> None:
    """However long what looks like a beginning is: colours without end, or a row of quotes."""
    found = matcher("kraken'\"\\unleashed", "50%&more")
    for text in (
        b"k" + b"\x1b[0m" * 100_000,
        b"a2" + b"\n" * 100_000,
        b"\\" * 1_000_001,
        b"'" * 1_000_000,
        b"%" * 1_000_000,
        b"&" * 1_000_000,
        b"\x1b" * 1_000_000,
        b"kraken'" * 100_000,
    ):
        assert len(text) - found.decided(text) < 4000
    assert found.decided(b"all is well\n") == 12
    assert found.decided(b"it is the kra") == 10
    assert found.decided(b"it is the \\u006bra") == 10
    assert found.decided(b"it is the a3Jha2") == 10
    assert found.decided(b"it is the a3Jha2\n") == 10
    assert found.decided(b"it is the a3\n") == 13


def test_v5_many_values_are_found_as_well_as_one() -> None:
    """Also in text enough that the automaton becomes a table."""
    secrets = [value for alphabet in ALPHABETS for value in values(5, 40, alphabet)]
    found = matcher(*secrets)
    filling = b"nothing to see here, go on\n" * 160_000
    assert found.find(filling) == []
    for one, other in pairwise(secrets[::7]):
        text = f"{one} and {other}".encode()
        assert masked(found, text) == b"******** and ********"


def test_v5_a_long_value_is_masked_as_a_short_one_is() -> None:
    """Also in text far longer than it is, and cut anywhere; little is held back where nothing is near."""
    random = Random(6)
    body = base64.b64encode(random.randbytes(3000)).decode()
    long = json.dumps({"kind": "a & b", "key": body, "path": "C:\\temp"})
    found = matcher(long, "\n".join(long[at : at + 70] for at in range(0, len(long), 70)))
    filling = b'{"nothing": "\\"to\\" see \\u0041"}\n' * 3000
    for name in (
        "as is",
        "json",
        "url data",
        "html",
        "base64 behind 1",
        "bash @Q",
        "grep in json",
        "hex wrapped",
    ):
        written = ENCODINGS[name](long).encode()
        text = filling + written + b"\n" + filling
        whole = found.find(text)
        assert body.encode()[500:520] not in mask(text, whole, until=len(text)).shown, name
        for cut in (len(filling) + random.randint(1, len(written) - 1) for _ in range(4)):
            decided = found.decided(text[:cut])
            assert decided <= len(filling) + 20, (name, cut)
    assert len(filling) - found.decided(filling) < 10


def test_v5_terminal_codes_are_searched_where_a_value_has_some() -> None:
    """And each place is found once."""
    found = matcher("kra\x1b[1mken")
    assert found.find(b"the kra\x1b[1mken\x1b[0m!") == [(4, 14)]
    assert found.decided(b"the \x1b[1m\x1b[0mkra\x1b[1mk") == 12
    assert matcher("kra\x1bken").find(b"the kra\x1bken!") == [(4, 11)]
    assert matcher("1mkraken").find(b"the \x1b[1mkraken!") == []


def test_v5_what_is_written_far_longer_than_its_value_is_left_however_it_is_cut() -> None:
    """Masking it would hold back output without end."""
    found = matcher("kraken-unleashed")
    for codes, spans in ((100, [(0, 416)]), (1000, [])):
        text = b"k" + b"\x1b[0m" * codes + b"raken-unleashed"
        assert found.find(text) == spans
        assert found.decided(text[:-1]) == (0 if spans else len(text) - 1)


def test_v5_a_long_value_that_leaves_no_trace_is_looked_for_in_all_it_may_cover() -> None:
    value = "%&/" * 700
    assert forms_of(value).traces is None
    written = "".join(f"\\u{ord(each):04x}" for each in value).encode()
    found = matcher(value)
    assert found.find(b"a " + written + b" b") == [(2, 2 + len(written))]
    assert found.decided(b"a " + written[:-600]) == 2


def test_v5_a_text_is_decided_only_where_it_is_for_each_of_two_matchers() -> None:
    one, other = matcher("hunter22"), matcher("squid-33")
    for joint in (JointMatcher(one, other), JointMatcher(other, one)):
        assert joint.decided(b"a hunt") == joint.decided(b"a squi") == 2
