"""Many byte strings in one pass, and beginnings of them at the end of a text."""

import time
from random import Random

from octotui.runtime.jobs.masking.needles import FEW, HEAD, WORTH, Beginnings, Heads


def test_heads_are_found_where_they_overlap() -> None:
    found = Heads([b"abcd", b"bcde", b"cde"])
    assert sorted(found.find(b"-abcde-")) == [(b"abcd", 1), (b"bcde", 2), (b"cde", 3)]
    assert found.find(b"abc") == []
    assert Heads([]).find(b"anything") == []


def test_few_and_many_and_a_table_of_many_find_the_same() -> None:
    """The table is made once there is much to read."""
    random = Random(1)
    heads = [random.randbytes(random.randint(4, HEAD)) for _ in range(10 * FEW)]
    text = random.randbytes(10_000) + b"".join(heads)
    many, few = Heads(heads), Heads(heads[:FEW])
    found = many.find(text)
    assert len(found) >= len(heads)
    assert few.find(text) == [each for each in found if each[0] in heads[:FEW]]
    many.find(bytes(WORTH))
    assert many.find(text) == found


def test_the_beginning_of_a_needle_is_known_at_a_texts_end() -> None:
    found = Beginnings([b"kraken", b"kraken-unleashed", b"enough!"])
    for text, begun in (
        *((b"a kra", [2]), (b"a kraken", [2, 6]), (b"a k", [2]), (b"a x", []), (b"", []), (b"a\n", [])),
        (b"a kraken-unleashed", []),
    ):
        assert list(found.begun(text)) == begun
    assert list(Beginnings([]).begun(b"a")) == []


def test_a_text_that_is_like_a_beginning_everywhere_costs_little() -> None:
    """It is held back rather than compared for ever."""
    found = Beginnings([b"a" * 40_000 + b"b" + b"a" * 40_000])
    begun = time.process_time()
    assert next(found.begun(b"a" * 262_144)) > 0
    assert time.process_time() - begun < 5
