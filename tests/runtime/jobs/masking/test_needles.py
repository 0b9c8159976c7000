"""Many byte strings in one pass, beginnings of them at the end, and no text that costs too much."""

import time
from random import Random

from octotui.runtime.jobs.masking import needles
from octotui.runtime.jobs.masking.needles import Needles


def test_needles_are_found_where_they_overlap_and_traces_where_they_begin() -> None:
    found = Needles([b"abcd", b"bcde", b"abcdefghijklmnopqrstuvwxyz"], [b"cde", b"abcd"])
    assert sorted(found.find(b"-abcde-")[0]) == [(1, 5), (2, 6)]
    assert found.find(b"-abcde-")[1] == [1, 3]
    assert (0, 26) in found.find(b"abcdefghijklmnopqrstuvwxyz")[0]
    assert (0, 26) not in found.find(b"abcdefghijklmnopqrstuvwxy!")[0]
    assert Needles([]).find(b"anything") == ([], [])


def test_the_beginning_of_a_needle_is_known_at_a_texts_end() -> None:
    found = Needles([b"kraken", b"kraken-unleashed", b"enough!"])
    for text, begun in (
        (b"a kra", [2]),
        (b"a kraken", [2, 6]),
        (b"a k", [2]),
        (b"a x", []),
        (b"", []),
        (b"a\n", []),
    ):
        assert list(found.begun(text)) == begun
    assert list(found.begun(b"a kraken-unleashed")) == []


def test_a_table_finds_the_same() -> None:
    """Which is made once there is much to read."""
    random = Random(1)
    found = Needles(random.randbytes(random.randint(4, 40)) for _ in range(300))
    text = random.randbytes(10_000) + b"".join(found._sorted)
    before = found.find(text)
    found.find(bytes(needles.WORTH))
    assert found.find(text) == before
    assert len(before[0]) >= 300


def test_text_that_is_like_a_needle_everywhere_costs_little() -> None:
    """It is masked rather than compared for ever."""
    long = b"a" * 40_000 + b"b" + b"a" * 40_000
    found = Needles([long])
    begun = time.perf_counter()
    spans, _ = found.find(b"a" * 262_144)
    list(found.begun(b"a" * 262_144))
    assert time.perf_counter() - begun < 5
    assert spans
    assert (0, len(long)) in found.find(long)[0]
