"""What was at one place of a timeline, in a sentence."""

from octotui.engine import commands
from octotui.views.timeline.critical_path import critical_path
from octotui.views.timeline.lanes import lanes
from octotui.views.timeline.moments import sentence_at, span_at
from octotui.views.timeline.recorder import Timeline
from tests import scenes
from tests.views.machines.test_awaited_checks import waiting
from tests.world import START


def said(scene: scenes.Scene, root: str, subject: str, seconds: float) -> str:
    timeline = Timeline(root, scene.world.events)
    return sentence_at(timeline, timeline.spans[subject], START + seconds, scene.now).partition(" ")[2]


def test_a_wait_for_a_lock_names_who_held_it() -> None:
    """L4: also where that is a run of another family."""
    assert said(scenes.lock_wait(), "run-9", "job-9.1", 30.5) == (
        "run-9 waited for worker1 for “worker-image”: run-6 acquired worker-image · for 1s so far"
    )


def test_a_wait_in_the_queue_names_the_tag_or_who_executed() -> None:
    """Q5: a run that waited in the queue can say for whom."""
    assert said(scenes.queued(), "run-2", "run-2", 3) == (
        "run-2 Nightly backup waited in the queue, as run-1 held the tag “backup” · for 7s so far"
    )
    assert said(scenes.queued(), "run-4", "run-4", 3) == (
        "run-4 Create AWS RDS waited in the queue, while run-1 and run-3 executed · for 7s so far"
    )


def test_work_questions_retries_and_failures() -> None:
    approved = scenes.approved()
    assert said(approved, "run-1", "job-1.1", 1) == "run-1 acquired worker-image on worker1 · for 2s"
    assert said(approved, "run-1", "job-1.2", 3) == "run-1 ran “Build the image” on worker1 · for 20s"
    assert said(approved, "run-1", "job-1.3", 30) == (
        "run-1 asked Finance (ann said proceed): “Look at the bill” · for 26s"
    )
    failed = scenes.failed()
    assert said(failed, "run-1", "job-1.1", 1) == "run-1 ran “Poke it” on worker1 · for 4s, and failed"
    assert said(failed, "run-1", "job-1.1", 5) == (
        "run-1 waited before it tried “Poke it” again on worker1 · for 5s"
    )


def test_every_time_has_its_sentence_also_where_nothing_is() -> None:
    scene = scenes.approved()
    timeline = Timeline("run-1", scene.world.events)
    assert sentence_at(timeline, (), START, scene.now).endswith(" nothing here")
    assert span_at(timeline.spans["job-1.1"], START - 5, scene.now) is None
    assert span_at(timeline.spans["job-1.1"], START + 2, scene.now) is None


def test_a_part_of_the_critical_path_is_told_as_a_whole() -> None:
    scene = scenes.seed()
    timeline = Timeline("run-1", scene.world.events)
    path = critical_path(timeline, scene.now)
    assert sentence_at(timeline, path, START + 3, scene.now).endswith("on worker1 · for 12s so far")


def test_w4_a_wait_for_a_first_check_is_told_as_one() -> None:
    """W4, R14: by the lanes, the sentence, and the critical path."""
    world, run = waiting()
    world.send(commands.ReportCheck(machine="worker1", health="healthy"))
    world.run_out()
    timeline = Timeline(run, world.events)
    first, *_ = spans = timeline.spans[run]
    assert [each.kind for each in spans] == ["check", "executing"]
    assert (
        sentence_at(timeline, spans, first.start, world.now)
        .partition(" ")[2]
        .startswith(f"{run} Go waited for the first check of a worker · for ")
    )
    path = critical_path(timeline, world.now)
    assert path[0] == first
    assert first in next(
        each.spans for each in lanes(timeline, "worker", path, world.now) if each.content == "queue"
    )
