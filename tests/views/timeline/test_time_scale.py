"""The scale of a timeline, and the times of its axis."""

from datetime import UTC
from itertools import pairwise

import pytest

from octotui.views.timeline.time_scale import SHORTEST, TimeScale, axis, whole

NOON = 1_700_000_000.0 - 1_700_000_000.0 % 86_400 + 12 * 3600


def test_all_of_a_time_fits() -> None:
    scale = whole(NOON, NOON + 100, 50)
    assert (scale.cell, scale.end) == (2.0, NOON + 100)
    assert [scale.column(NOON), scale.column(NOON + 99.9)] == [0, 49]
    assert whole(NOON, NOON, 50).cell == SHORTEST


def test_zooming_keeps_the_time_under_the_cursor_where_it_is() -> None:
    scale = whole(NOON, NOON + 100, 50)
    nearer = scale.zoomed(0.5, NOON + 30)
    assert nearer.cell == 1.0
    assert nearer.column(NOON + 30) == scale.column(NOON + 30)
    assert scale.zoomed(1e-9, NOON).cell == SHORTEST


def test_it_stays_within_what_there_is() -> None:
    near = TimeScale(NOON + 40, 0.5, 50)
    assert near.moved(-90).within(NOON, NOON + 100).start == NOON
    assert near.moved(90).within(NOON, NOON + 100).end == NOON + 100
    assert near.zoomed(8, NOON + 40).within(NOON, NOON + 100) == whole(NOON, NOON + 100, 50)


@pytest.mark.parametrize("width", [20, 60, 80, 120, 250])
@pytest.mark.parametrize("seconds", [0.5, 7, 90, 3600, 86_400, 9 * 86_400, 400 * 86_400, 30_000 * 86_400])
def test_times_do_not_touch_at_any_width(width: int, seconds: float) -> None:
    ticks = axis(whole(NOON + 0.3, NOON + seconds, width), UTC)
    for (column, text), (after, _) in pairwise(ticks):
        assert column + len(text) < after
    assert all(column >= 0 and column + len(text) <= width for column, text in ticks)
    assert len(ticks) <= width // 6
    assert ticks or width < 40 or seconds < 1


def test_the_times_are_whole_ones() -> None:
    assert axis(whole(NOON - 3, NOON + 57, 60), UTC) == [
        (3, "12:00:00"), (13, "12:00:10"), (23, "12:00:20"), (33, "12:00:30"), (43, "12:00:40"),
    ]  # fmt: skip


def test_a_new_day_says_its_date() -> None:
    evening = NOON + 11 * 3600
    assert axis(whole(evening, evening + 2 * 3600, 40), UTC)[-1][1].startswith("Nov 15")
