"""The last durations of one thing."""

from random import Random
from statistics import median

import pytest

from octotui.engine.state.durations import FEWEST, MOST, UNKNOWN, Durations, step_key


def test_e1_about_is_the_median_of_the_last_ten():
    durations = UNKNOWN
    random = Random(7)
    taken = [round(random.uniform(0.5, 90.0), 3) for _ in range(25)]
    for count, each in enumerate(taken, start=1):
        durations = durations.add(each, None)
        last = taken[max(0, count - MOST) : count]
        assert durations.taken == tuple(last)
        assert durations.about == (median(last) if count >= FEWEST else None)


def test_e1_one_that_took_long_does_not_change_much():
    assert Durations(((10.0, None), (11.0, None), (900.0, None))).about == 11.0


def test_e4_how_far_off_is_the_sum_of_errors_as_a_part_of_what_was_took():
    durations = UNKNOWN.add(100.0, None).add(100.0, 90.0).add(50.0, 55.0)
    assert durations.judged == 2
    assert durations.off == pytest.approx(15.0 / 150.0)


@pytest.mark.parametrize("durations", [UNKNOWN, UNKNOWN.add(5.0, None), UNKNOWN.add(0.0, 0.0)])
def test_e4_where_nothing_was_estimated_nothing_was_off(durations):
    assert durations.off is None


def test_e1_keys_differ_where_process_environment_or_step_do():
    """Names of steps may have slashes, slugs may not."""
    keys = {
        step_key("a", "b", "c"),
        step_key("a", None, "b/c"),
        step_key("a", "b", ""),
        step_key("b", "a", "c"),
    }
    assert len(keys) == 4
