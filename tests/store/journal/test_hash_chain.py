"""The chain of events: what follows from what, and over which gaps."""

import pytest
from msgspec.structs import replace

from octotui.engine.state import Gap
from octotui.store.journal.hash_chain import START, Break, Head, Row, Walk, events_named, link, seal, unseal


def rows(count: int) -> list[Row]:
    digest, found = START, []
    for seq in range(1, count + 1):
        body = f'{{"seq":{seq}}}'.encode()
        digest = link(digest, body)
        found.append((seq, body, digest))
    return found


def broken(some: list[Row], *gaps: Gap) -> list[str]:
    return [each.text for each in Walk(gaps).breaks(some)]


def test_a_whole_chain_has_no_break_and_ends_at_its_last_event() -> None:
    walk, chain = Walk(), rows(5)
    assert list(walk.breaks(chain)) == []
    assert (walk.seq, walk.hash) == (5, chain[4][2])


def test_a_changed_body_is_found_once() -> None:
    chain = rows(5)
    chain[2] = (3, b'{"seq":3, "user": "eve"}', chain[2][2])
    assert [each.first for each in Walk().breaks(chain)] == [3]


def test_a_body_changed_with_its_hash_is_found_at_the_next() -> None:
    chain = rows(5)
    forged = b'{"seq":3, "user": "eve"}'
    chain[2] = (3, forged, link(chain[1][2] or b"", forged))
    assert broken(chain) == ["event 4 was changed (or event 3, and its hash with it)"]


def test_missing_rows_are_named() -> None:
    chain = rows(9)
    assert broken(chain[:2] + chain[5:]) == ["events 3 to 5 are missing"]
    assert broken(chain[:2] + chain[3:]) == ["event 3 is missing"]
    assert broken(chain[1:]) == ["event 1 is missing"]


def gap(chain: list[Row], first: int, last: int) -> Gap:
    before = chain[first - 2][2] if first > 1 else START
    return Gap(first, last, (before or b"").hex(), (chain[last - 1][2] or b"").hex())


def test_r4_a_gap_whose_digests_were_damaged_is_none() -> None:
    chain = rows(9)
    for field in ("before", "after"):
        damaged = replace(gap(chain, 1, 3), **{field: "no digest"})
        assert broken(chain[3:], damaged) == ["events 1 to 3 are missing"]


def test_what_retention_removed_is_not_missing() -> None:
    chain = rows(9)
    assert broken(chain[3:], gap(chain, 1, 3)) == []
    assert broken([*chain[:2], *chain[4:5], *chain[7:]], gap(chain, 3, 4), gap(chain, 6, 7)) == []
    grown = (gap(chain, 1, 2), gap(chain, 1, 5), gap(chain, 1, 4))
    assert broken(chain[5:], *grown) == []


def test_a_gap_vouches_for_what_stands_before_it() -> None:
    chain = rows(9)
    forged = b'{"seq":1, "user": "eve"}'
    eve = (1, forged, link(START, forged))
    assert broken([eve, *chain[3:]], gap(chain, 2, 3)) == ["event 1 was changed since retention ran"]


def test_a_gap_that_is_longer_than_what_is_missing_vouches_for_nothing() -> None:
    chain = rows(9)
    assert broken(chain[2:], gap(chain, 1, 5)) == ["events 1 to 2 are missing"]
    assert broken(chain[2:], gap(chain, 1, 3)) == ["events 1 to 2 are missing"]


def test_of_two_gaps_of_the_same_events_the_later_one_counts() -> None:
    chain = rows(9)
    right = gap(chain, 1, 3)
    wrong = replace(right, after="00" * 32)
    assert broken(chain[3:], wrong, right) == []
    assert broken(chain[3:], right, wrong) == ["event 4 was changed (or event 3, and its hash with it)"]


def test_a_walk_begins_anywhere() -> None:
    chain = rows(9)
    assert list(Walk(after=(4, chain[3][2] or b"")).breaks(chain[4:])) == []
    assert list(Walk(after=(4, b"wrong")).breaks(chain[4:])) == [
        Break(5, 5, "event 5 was changed (or event 4, and its hash with it)")
    ]


def test_a_head_is_a_line_of_text() -> None:
    head = Head(12, START.hex())
    assert Head.read(f"  {head}\n") == head
    for text in ("", "12", "x " + START.hex(), "12 abc", "12 00", f"12 {START.hex()} more"):
        with pytest.raises(ValueError, match="is no head"):
            Head.read(text)
    assert (events_named(5, 5), events_named(5, 9)) == ("event 5", "events 5 to 9")


def test_what_is_sealed_is_what_it_was_or_nothing() -> None:
    for body in (b"", b'{"version": 1}'):
        assert unseal(seal(body)) == body
    for changed in (b"", b"{}", seal(b"body")[:-1], seal(b"body") + b" ", b"\0" * 40):
        assert unseal(changed) is None
