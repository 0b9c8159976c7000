"""Lanes: every span is in one, and none lies over another."""

from itertools import pairwise

from octotui.engine.events import RunQueued
from octotui.views.timeline.critical_path import critical_path
from octotui.views.timeline.lanes import Grouping, Lane, lanes
from octotui.views.timeline.recorder import Timeline
from tests import scenes
from tests.engine.walk import Walk


def of(scene: scenes.Scene, root: str, grouping: Grouping) -> list[Lane]:
    timeline = Timeline(root, scene.world.events)
    return list(lanes(timeline, grouping, critical_path(timeline, scene.now), scene.now))


def test_by_worker_a_shared_worker_has_more_lanes() -> None:
    """W9: two runs at once on worker1 are drawn beneath one another."""
    rows = of(scenes.seed(), "run-1", "worker")
    assert [(each.content, each.label, len(each.spans)) for each in rows] == [
        ("path", "critical path", 1), ("worker", "worker1", 1), ("worker", "", 1), ("worker", "worker2", 1),
        ("worker", "worker3", 1),
    ]  # fmt: skip


def test_waits_questions_and_the_queue_have_lanes_of_their_own() -> None:
    assert [each.label for each in of(scenes.lock_wait(), "run-9", "worker")][1:] == ["wait for worker1"]
    assert [each.label for each in of(scenes.asking(), "run-1", "worker")][1:] == ["worker1", "questions"]
    assert [each.label for each in of(scenes.queued(), "run-4", "worker")][1:] == ["queue"]


def test_by_step_each_run_is_beneath_the_step_that_started_it() -> None:
    rows = of(scenes.seed(), "run-1", "step")[1:]
    assert [(each.depth, each.label) for each in rows[:4]] == [
        (0, "run-1 Unleash the kraken"),
        (1, "Create AWS RDS in Development"),
        (2, "run-2 Create AWS RDS development"),
        (3, "Create the instance"),
    ]
    assert len(rows) == 1 + 4 * 3


def test_r14_no_span_lies_over_another_and_none_is_missing() -> None:
    for seed in range(30):
        walk = Walk(seed)
        walk.go(60)
        root = next((each.run for each in walk.events if isinstance(each, RunQueued)), None)
        if root is None:
            continue
        timeline = Timeline(root, walk.events)
        path = critical_path(timeline, walk.now)
        by_step = lanes(timeline, "step", path, walk.now)
        by_worker = lanes(timeline, "worker", path, walk.now)
        for lane in (*by_step, *by_worker):
            ends = pairwise(lane.spans)
            assert all(before.until(walk.now) <= after.start for before, after in ends), (seed, lane.key)
        assert len({each.key for each in by_step}) == len(by_step)
        assert len({each.key for each in by_worker}) == len(by_worker)
        every = {id(span) for spans in timeline.spans.values() for span in spans}
        assert {id(span) for lane in by_step[1:] for span in lane.spans} == every
        on_machines = {
            id(span)
            for spans in timeline.spans.values()
            for span in spans
            if span.worker is not None and span.kind in ("executing", "acquiring", "outage", "lock", "retry")
        }
        assert on_machines <= {id(span) for lane in by_worker[1:] for span in lane.spans}
