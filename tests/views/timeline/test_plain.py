"""A timeline without a screen."""

from datetime import UTC

import pytest

from octotui.views.labels import ASCII, UNICODE
from octotui.views.timeline.plain import as_lines, as_objects
from octotui.views.timeline.recorder import Timeline
from tests import scenes


def test_its_lines() -> None:
    scene = scenes.approved()
    timeline = Timeline("run-1", scene.world.events)
    assert list(as_lines(timeline, "worker", scene.now, 46, ASCII, UTC)) == [
        "run-1 Tame the kraken - 52s so far - 1970-01-12 13:46:40",
        "  by worker               13:47:00",
        "* critical pat A############????????????????##",
        "  worker1      A#############",
        "  worker3                                  ###",
        "  questions                 ????????????????",
        "# executing  A acquiring packages  ? asks  * on the critical path",
        "critical path: asks 26s, executing 24s, acquiring packages 2s",
        "  1970-01-12 13:46:40  run-1 acquired worker-image on worker1 - for 2s",
        '  1970-01-12 13:46:42  run-1 ran "Build the image" on worker1 - for 20s',
        '  1970-01-12 13:47:02  run-1 asked Finance (ann said proceed): "Look at the bill" - for 26s',
        '  1970-01-12 13:47:28  run-1 ran "Tag the bill" on worker3 - for 4s',
    ]


@pytest.mark.parametrize("width", [40, 60, 100, 250, 1000])
def test_lanes_fit_the_width(width: int) -> None:
    scene = scenes.many()
    timeline = Timeline("run-6", scene.world.events)
    lines = list(as_lines(timeline, "step", scene.now, width, UNICODE, UTC))
    drawn = lines[
        1 : next(index for index, each in enumerate(lines) if each.startswith("critical path:")) - 1
    ]
    assert max(map(len, drawn)) <= width
    assert len(drawn) == 2 + 4


def test_every_span_is_an_object_and_so_is_every_part_of_the_path() -> None:
    scene = scenes.failed()
    timeline = Timeline("run-1", scene.world.events)
    objects = list(as_objects(timeline, scene.now))
    assert [(each["kind"], each["job"], each["failed"]) for each in objects if not each["critical_path"]] == [
        ("executing", None, False), ("executing", "job-1.1", True), ("retry", "job-1.1", False),
        ("executing", "job-1.1", True), ("executing", "job-1.2", False),
    ]  # fmt: skip
    path = [each for each in objects if each["critical_path"]]
    assert sum(each["end"] - each["start"] for each in path) == scene.now - timeline.start
    assert path[0]["step"] == "Poke it"
