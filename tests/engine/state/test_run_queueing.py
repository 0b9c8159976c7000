"""Where a run stands among others."""

import pytest

from octotui.engine.state import RunQueueing


@pytest.mark.parametrize(
    ("queueing", "rank"),
    [
        (RunQueueing(), 2),
        (RunQueueing(priority=True), 1),
        (RunQueueing(moved=True), 0),
        (RunQueueing(moved=True, priority=True), 0),
    ],
)
def test_q1_those_moved_to_the_top_come_before_those_with_priority(queueing: RunQueueing, rank: int) -> None:
    assert queueing.rank == rank
