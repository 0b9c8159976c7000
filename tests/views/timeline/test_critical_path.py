"""The critical path has no gaps: its parts sum up to how long it all took."""

from itertools import pairwise

from octotui.engine.events import RunQueued
from octotui.model.space import Pool
from octotui.views.timeline.critical_path import by_kind, critical_path, on_path
from octotui.views.timeline.recorder import Timeline
from tests import scenes
from tests.engine.walk import Walk
from tests.scenes import takes
from tests.world import START, World, child, engine, script
from tests.world import model as world_model


def path_of(world: World, root: str) -> list[tuple[str, str, float, float]]:
    parts = critical_path(Timeline(root, world.events), world.now)
    return [(each.kind, each.job or each.run, each.start - START, each.until(0) - START) for each in parts]


def test_one_job_after_another() -> None:
    assert path_of(scenes.approved().world, "run-1") == [
        ("acquiring", "job-1.1", 0.0, 2.0),
        ("executing", "job-1.2", 2.0, 22.0),
        ("question", "job-1.3", 22.0, 48.0),
        ("executing", "job-1.4", 48.0, 52.0),
    ]


def test_of_jobs_side_by_side_the_one_that_ended_last_is_on_it() -> None:
    steps = [
        script("Short", simulate=takes(5)),
        script("Long", start="with-previous", simulate=takes(9)),
        script("Then", simulate=takes(1)),
    ]
    world = World(world_model({"all": steps}))
    world.start("all")
    world.run_out()
    assert [each[1] for each in path_of(world, "run-1")] == ["job-1.2", "job-1.3"]


def test_a_wait_for_a_child_leads_through_the_child() -> None:
    inner = [script("Work", simulate=takes(7))]
    world = World(world_model({"outer": [child("Call", "inner", wait=True), script("End")], "inner": inner}))
    world.start("outer")
    world.run_out()
    assert path_of(world, "run-1") == [("executing", "job-2.1", 0.0, 7.0), ("executing", "job-1.2", 7.0, 9.0)]


def test_a_lock_that_the_family_released_leads_to_its_holder() -> None:
    """L4: the wait was for another job, and so it is that one's work that took so long."""
    steps = [
        script("First", simulate=takes(4)),
        script("Second", start="with-previous", simulate=takes(3)),
    ]
    pools = {"setup": Pool(name="Setup", workers=("worker1",), exclusive=True)}
    world = World(world_model({"all": steps}, workers=1, pools=pools))
    world.start("all")
    world.run_out()
    assert path_of(world, "run-1") == [("executing", "job-1.1", 0.0, 4.0), ("executing", "job-1.2", 4.0, 7.0)]


def test_a_lock_that_another_run_held_is_a_part_of_its_own() -> None:
    world = scenes.lock_wait().world
    world.run_until(40)
    parts = path_of(world, "run-9")
    assert parts[0][:3] == ("lock", "job-9.1", 30.0)


def test_a_place_leads_to_the_job_that_had_it() -> None:
    steps = [script(str(each), start="with-previous", simulate=takes(2)) for each in range(3)]
    world = World(world_model({"all": steps}, **engine(max_parallelism=1)))
    world.start("all")
    world.run_out()
    assert [each[0] for each in path_of(world, "run-1")] == ["executing"] * 3


def test_runs_that_nobody_waits_for_count_too() -> None:
    scene = scenes.seed()
    [part] = path_of(scene.world, "run-1")
    assert part == ("executing", "job-2.1", 0.0, 12.0)


def test_the_queue_is_on_it() -> None:
    scene = scenes.queued()
    assert path_of(scene.world, "run-4") == [("slot", "run-4", 0.0, 7.0)]


def test_it_sums_up_to_how_long_it_all_took_without_gaps() -> None:
    """R14: of whatever happens in walks at random, at their end and in their middle."""
    seen = 0
    for seed in range(60):
        walk = Walk(seed)
        walk.go(60)
        roots = [each.run for each in walk.events if isinstance(each, RunQueued) and each.root == each.run]
        for events in (walk.events, walk.events[: len(walk.events) * 2 // 3]):
            for root in roots[:4]:
                timeline = Timeline(root, events)
                if not timeline.runs:
                    continue
                now = events[-1].at + 1.0
                parts = critical_path(timeline, now)
                whole = timeline.end(now) - timeline.start
                assert abs(sum(by_kind(parts).values()) - whole) < 1e-6, (seed, root)
                assert all(a.end == b.start for a, b in pairwise(parts)), (seed, root)
                assert whole == 0 or (parts[0].start, parts[-1].end) == (timeline.start, timeline.end(now))
                seen += len(parts)
    assert seen > 300


def test_by_kind_names_what_took_longest_first() -> None:
    parts = critical_path(Timeline("run-1", scenes.approved().world.events), scenes.approved().now)
    assert list(by_kind(parts)) == ["question", "executing", "acquiring"]
    assert on_path(parts) == {"job-1.1", "job-1.2", "job-1.3", "job-1.4"}
