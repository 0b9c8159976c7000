"""Spans are what events changed, each from one to another, whatever runs beside them."""

from itertools import pairwise

from octotui.engine import commands
from octotui.engine.events import ModelLoaded, RunQueued
from octotui.views.timeline.critical_path import by_kind, critical_path
from octotui.views.timeline.lanes import lanes
from octotui.views.timeline.moments import sentence_at
from octotui.views.timeline.recorder import Timeline
from tests import scenes
from tests.engine.walk import Walk
from tests.views.machines.test_awaited_checks import waiting
from tests.world import START, World, script
from tests.world import model as world_model


def told(timeline: Timeline, subject: str) -> list[tuple[str, float, float | None]]:
    return [
        (each.kind, each.start - START, None if each.end is None else each.end - START)
        for each in timeline.spans[subject]
    ]


def test_the_spans_of_a_job_and_its_run() -> None:
    timeline = Timeline("run-1", scenes.approved().world.events)
    assert told(timeline, "job-1.1") == [("acquiring", 0.0, 2.0)]
    assert told(timeline, "job-1.2") == [("executing", 2.0, 22.0)]
    assert told(timeline, "job-1.3") == [("question", 22.0, 48.0)]
    assert told(timeline, "run-1") == [
        ("executing", 0.0, 22.0), ("question", 22.0, 48.0), ("executing", 48.0, None),
    ]  # fmt: skip


def test_attempts_failures_and_retries() -> None:
    timeline = Timeline("run-1", scenes.failed().world.events)
    assert told(timeline, "job-1.1") == [("executing", 0, 4), ("retry", 4, 9), ("executing", 9, 13)]
    assert [each.failed for each in timeline.spans["job-1.1"]] == [True, False, True]


def test_a_parent_that_waits_for_a_child() -> None:
    from tests.world import child

    world = World(world_model({"outer": [child("Call", "inner", wait=True)], "inner": [script("Work")]}))
    world.start("outer")
    world.run_out()
    timeline = Timeline("run-1", world.events)
    [span] = timeline.spans["job-1.1"]
    assert (span.kind, span.child) == ("child", "run-2")
    assert timeline.ended
    assert timeline.end(0.0) - timeline.start == 2.0


def test_waits_for_locks_and_who_holds_them() -> None:
    scene = scenes.lock_wait()
    timeline = Timeline("run-9", scene.world.events)
    [span] = timeline.spans["job-9.1"]
    assert (span.kind, span.worker, span.end) == ("lock", "worker1", None)
    assert [each.run for each in timeline.holds.machines["worker1"] if each.end is None] == ["run-6"]


def test_events_can_follow_one_by_one_and_repeated_ones_change_nothing() -> None:
    """R14: what is followed live is what a look at all of it shows."""
    for seed in range(20):
        walk = Walk(seed)
        walk.go(60)
        roots = [each.run for each in walk.events if isinstance(each, RunQueued) and each.root == each.run]
        for root in roots[:3]:
            at_once, followed = Timeline(root, walk.events), Timeline(root)
            for index, event in enumerate(walk.events):
                followed.add(walk.events[max(0, index - 1) : index])
                followed.add((event,))
            assert followed.spans == at_once.spans
            assert followed.ends == at_once.ends
            assert followed.state == at_once.state


def test_the_family_alone_gives_the_same_spans() -> None:
    """R14: the other runs are only needed to say who held what."""
    for seed in range(20):
        walk = Walk(seed)
        walk.go(60)
        roots = {each.run: each.root for each in walk.events if isinstance(each, RunQueued)}
        for root in list(dict.fromkeys(roots.values()))[:3]:
            own = [
                each
                for each in walk.events
                if isinstance(each, ModelLoaded) or roots.get(getattr(each, "run", "")) == root
            ]
            assert Timeline(root, own).spans == Timeline(root, walk.events).spans


def test_spans_of_a_run_and_of_a_job_follow_one_another() -> None:
    for seed in range(30):
        walk = Walk(seed)
        walk.go(60)
        root = next((each.run for each in walk.events if isinstance(each, RunQueued)), None)
        if root is None:
            continue
        timeline = Timeline(root, walk.events)
        for subject, spans in timeline.spans.items():
            for before, after in pairwise(spans):
                assert before.end is not None
                assert before.start < before.end <= after.start, subject
        for run in timeline.runs:
            first, last = timeline.run(run).queued_at, timeline.run(run).ended_at
            spans = timeline.spans[run]
            if spans:
                assert spans[0].start == first
                assert spans[-1].end == last
                assert all(a.end == b.start for a, b in pairwise(spans))


def test_r14_a_wait_for_a_first_check_is_no_execution() -> None:
    """W4: it is in the lanes of the queue, a part of the critical path of its own, and said in words."""
    world, run = waiting()
    timeline = Timeline(run, world.events)
    assert [each.kind for each in timeline.spans[run]] == ["check"]
    parts = critical_path(timeline, world.now)
    assert by_kind(parts) == {"check": 3.0}
    shown = {lane.content: [*lane.spans] for lane in lanes(timeline, "worker", parts, world.now)}
    assert [each.kind for each in shown["queue"]] == ["check"]
    assert "waited for the first check of a worker" in sentence_at(
        timeline, timeline.spans[run], world.now, world.now + 1
    )
    world.send(commands.ReportCheck(machine="worker1", health="healthy", reason=""))
    timeline.add(world.events)
    assert [each.kind for each in timeline.spans[run]][:2] == ["check", "executing"]
