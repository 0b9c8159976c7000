"""V5: eight stars for each part, and the colours in it."""

from octotui.runtime.jobs.masking.masked_text import MaskedText, mask
from octotui.store.logs.masked_spans import MaskedSpan


def test_v5_parts_that_overlap_are_one() -> None:
    text = b"0123456789"
    assert mask(text, [(1, 4), (3, 6), (4, 5), (6, 8)], until=10) == MaskedText(
        b"0********" + b"********89", 0, [MaskedSpan(1, 6, 8), MaskedSpan(6, 8, 8)]
    )


def test_v5_what_begins_before_a_place_covers_what_is_behind_it() -> None:
    text = b"0123456789"
    first = mask(text, [(3, 8), (6, 9)], until=5)
    assert first == MaskedText(b"012********", 3, [MaskedSpan(3, 8, 8)])
    assert mask(text[5:], [(1, 4)], until=5, covered=3) == MaskedText(b"9", 0, [MaskedSpan(1, 4, 0)])
    assert mask(text[5:], [], until=5, covered=7) == MaskedText(b"", 2, [])
    assert mask(text, [(5, 8)], until=5) == MaskedText(b"01234", 0, [])


def test_v5_colours_within_a_part_stay() -> None:
    text = b"k\x1b[31mrak\x1b[0men!"
    masked = mask(text, [(0, len(text) - 1)], until=len(text))
    assert masked.shown == b"********\x1b[31m\x1b[0m!"
    assert masked.spans == [MaskedSpan(0, len(text) - 1, 17)]


def test_v5_colours_in_parts_that_overlap_are_counted_with_them() -> None:
    text = b"hunter22 squid\x1b[1m-33!"
    masked = mask(text, [(0, 8), (9, 13), (12, 21)], until=len(text))
    assert masked.shown == b"******** ********\x1b[1m!"
    assert masked.spans == [MaskedSpan(0, 8, 8), MaskedSpan(9, 21, 12)]
