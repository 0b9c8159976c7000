"""What is drawn of a timeline: cells by the time, told apart without colour, and no more than is visible."""

from datetime import UTC

from octotui.views.labels import ASCII, UNICODE
from octotui.views.timeline.critical_path import critical_path, on_path
from octotui.views.timeline.drawing import axis_line, cells, label_width, lane_label, legend, path_text
from octotui.views.timeline.lanes import Grouping, Lane, lanes
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.spans import Span
from octotui.views.timeline.time_scale import TimeScale, whole
from tests import scenes


def drawn(scene: scenes.Scene, root: str, grouping: Grouping, width: int = 40) -> list[str]:
    timeline = Timeline(root, scene.world.events)
    path = critical_path(timeline, scene.now)
    scale = whole(timeline.start, timeline.end(scene.now), width)
    return [
        "".join(text for text, _ in cells(lane, scale, on_path(path), scene.now, ASCII))
        for lane in lanes(timeline, grouping, path, scene.now)
    ]


def test_each_kind_has_its_character_in_ascii() -> None:
    assert drawn(scenes.approved(), "run-1", "worker", 26) == [
        "A##########?????????????##",
        "A##########               ",
        "                        ##",
        "           ?????????????  ",
    ]


def test_a_failure_is_marked_at_its_end() -> None:
    assert drawn(scenes.failed(), "run-1", "step", 30)[2] == "#######x~~~~~~~~~~#######x    "


def test_a_run_is_a_line_and_its_jobs_are_blocks() -> None:
    rows = drawn(scenes.seed(), "run-1", "step", 12)
    assert (rows[3], rows[4]) == ("============", "############")


def test_what_is_on_the_critical_path_is_marked() -> None:
    scene = scenes.seed()
    timeline = Timeline("run-1", scene.world.events)
    path = critical_path(timeline, scene.now)
    rows = lanes(timeline, "step", path, scene.now)
    marked = [each.key for each in rows if lane_label(each, on_path(path), 30, ASCII)[0].startswith("*")]
    assert marked == ["path", "job/job-2.1"]
    roles = [cells(each, whole(0, 1, 5), on_path(path), scene.now, UNICODE) for each in rows]
    assert len(roles) == len(rows)


def test_the_longest_of_a_cell_is_drawn() -> None:
    spans = [
        Span(kind="executing", start=0.0, end=0.2, run="run-1"),
        Span(kind="lock", start=0.2, end=1.0, run="run-1"),
        Span(kind="executing", start=1.0, end=3.0, run="run-1"),
    ]
    lane = Lane(key="job/x", content="job", label="", spans=spans)
    assert cells(lane, TimeScale(0.0, 1.0, 4), frozenset(), 9.0, ASCII) == [
        ("w", "waits"), ("##", "active"), (" ", "plain"),
    ]  # fmt: skip


def test_the_axis_fills_its_width() -> None:
    line = axis_line(whole(0.0, 60.0, 50), UTC)
    assert len(line) == 50
    assert line.startswith("00:00:00")


def test_labels_leave_most_of_the_width_to_time() -> None:
    assert [label_width(width) for width in (20, 60, 80, 120, 250)] == [10, 20, 26, 36, 36]


def test_the_legend_has_what_is_there() -> None:
    text = "".join(each for each, _ in legend(["lock", "executing"], ASCII))
    assert text == "# executing  w waits for a lock  * on the critical path"


def test_what_the_path_is_made_of() -> None:
    scene = scenes.approved()
    path = critical_path(Timeline("run-1", scene.world.events), scene.now)
    assert path_text(path) == "asks 26s, executing 24s, acquiring packages 2s"
