"""A persistent sorted sequence."""

from random import Random

import pytest

from octotui.engine.state.sorted_sequence import BLOCK, SortedSequence


@pytest.mark.parametrize("seed", range(20))
def test_a_line_is_a_sorted_set(seed: int) -> None:
    """R3: whatever comes and goes, in whatever order."""
    random, line, expected = Random(seed), SortedSequence(), set()
    for _ in range(600):
        item = (random.randint(0, 200), f"run-{random.randint(0, 3)}")
        if item in expected or random.random() < 0.3:
            expected.discard(item)
            line = line.discard(item)
        else:
            expected.add(item)
            line = line.add(item)
        assert len(line) == len(expected)
        assert line.first() == (min(expected) if expected else None)
    assert list(line) == sorted(expected)
    assert list(line.until((100, ""))) == sorted(each for each in expected if each < (100, ""))


def test_adding_at_the_end_fills_the_blocks() -> None:
    """R5: most items come at the end."""
    line = SortedSequence()
    for number in range(3 * BLOCK):
        line = line.add((number, "x"))
    assert [len(block) for block in line._blocks] == [BLOCK] * 3
    middle = line.add((1.5, "x"))
    assert [len(block) for block in middle._blocks] == [BLOCK // 2, BLOCK // 2 + 1, BLOCK, BLOCK]


def test_lines_are_values() -> None:
    """R3: what changes one leaves the other as it was; equal whatever their blocks."""
    line = SortedSequence(((2, "b"), (1, "a")))
    assert line.add((3, "c")) == SortedSequence(((1, "a"), (2, "b"), (3, "c")))
    assert line == SortedSequence(((1, "a"), (2, "b")))
    assert line != ((1, "a"), (2, "b"))
    assert hash(line) == hash(SortedSequence(((1, "a"), (2, "b"))))
    assert repr(line) == "SortedSequence(((1, 'a'), (2, 'b')))"
    assert line.discard((9, "z")) is line
    assert SortedSequence().discard((9, "z")) == SortedSequence()
    assert list(line.until((9, "z"))) == [(1, "a"), (2, "b")]
