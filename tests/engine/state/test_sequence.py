"""A persistent sequence."""

from random import Random

import pytest

from octotui.engine.state.sequence import BLOCK, PersistentVector


@pytest.mark.parametrize("seed", range(10))
def test_a_series_is_a_list(seed: int) -> None:
    """R3: whatever is added and put in its place."""
    random = Random(seed)
    expected = list(range(random.randint(1, 3 * BLOCK)))
    series = PersistentVector(expected)
    for number in range(300):
        if random.random() < 0.5:
            index = random.randrange(-len(expected), len(expected))
            expected[index] = number
            series = series.put(index, number)
        else:
            expected.append(number)
            series = series.add(number)
        assert (len(series), series[-1], series[0]) == (len(expected), expected[-1], expected[0])
    assert list(series) == expected
    assert [series[index] for index in range(len(expected))] == expected


def test_a_place_that_is_not_there_is_an_error() -> None:
    """R3: as in a list."""
    with pytest.raises(IndexError):
        PersistentVector()[0]
    with pytest.raises(IndexError):
        PersistentVector((1, 2)).put(2, 3)


def test_series_are_values() -> None:
    """R3: what changes one leaves the other as it was; equal and hashed by what they hold."""
    series = PersistentVector("ab")
    assert list(series.add("c")) == ["a", "b", "c"]
    assert list(series.put(0, "x")) == ["x", "b"]
    assert series == PersistentVector(("a", "b")) == PersistentVector("a").add("b")
    assert series != PersistentVector("a")
    assert series != ("a", "b")
    assert hash(series) == hash(PersistentVector("ab"))
    assert not PersistentVector()
    assert repr(series) == "PersistentVector(('a', 'b'))"
