"""What a timeline costs to draw: that of many jobs is to cost about as much as that of few."""

import sys
from collections.abc import Callable, Iterator
from time import perf_counter

from octotui.model.process import Runbook, Simulate
from octotui.views.labels import UNICODE
from octotui.views.timeline.critical_path import critical_path, on_path
from octotui.views.timeline.drawing import axis_line, cells, lane_label
from octotui.views.timeline.lanes import Grouping, lanes
from octotui.views.timeline.recorder import Timeline
from octotui.views.timeline.time_scale import whole
from tests.ratios import Ratio, measure
from tests.world import World, script
from tests.world import model as world_model

ROWS, WIDTH = 40, 100  # of a screen of 120 columns


def run_of(jobs: int) -> World:
    """A run of so many jobs, three by three, all over."""
    steps = [
        script(f"Step {number}", start="with-previous" if number % 3 else "after-previous", simulate=TAKES)
        for number in range(jobs)
    ]
    world = World(world_model({"all": Runbook(name="All", steps=tuple(steps))}))
    world.start("all")
    world.run_out()
    return world


TAKES = Simulate(takes=7.0, result="success")


def drawing(jobs: int, grouping: Grouping) -> Callable[[], None]:
    """Return what draws one screen of the timeline of a run of so many jobs, from its middle on."""
    world = run_of(jobs)
    timeline = Timeline("run-1", world.events)
    path = critical_path(timeline, world.now)
    every, on = lanes(timeline, grouping, path, world.now), on_path(path)
    scale = whole(timeline.start, timeline.end(world.now), WIDTH)
    middle = max(0, len(every) // 2 - ROWS // 2)
    shown = (every * ROWS)[middle : middle + ROWS]

    def draw() -> None:
        axis_line(scale)
        for lane in shown:
            lane_label(lane, on, 20, UNICODE)
            cells(lane, scale, on, world.now, UNICODE)

    return draw


def seconds(draw: Callable[[], None]) -> float:
    """Return the least time of several."""
    times = []
    for _ in range(7):
        start = perf_counter()
        draw()
        times.append(perf_counter() - start)
    return min(times)


def main(jobs: int = 10_000, few: int = 100) -> Iterator[Ratio]:
    """Draw a screen of many jobs and one of few, by worker and by step."""
    groupings: tuple[Grouping, ...] = ("worker", "step")
    for grouping in groupings:
        many, little = seconds(drawing(jobs, grouping)), seconds(drawing(few, grouping))
        sys.stderr.write(
            f"by {grouping}: {many * 1000:.2f} ms of {jobs:,}, {little * 1000:.2f} ms of {few}\n"
        )
        yield Ratio(f"a timeline of {jobs:,} jobs by {grouping} to one of {few}", many / little, most=3)


if __name__ == "__main__":
    measure(main, jobs=40, few=20)
