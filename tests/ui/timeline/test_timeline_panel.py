"""The pane of a timeline: how it is moved in, zoomed and grouped, live and at any size."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.run_screen import RunScreen
from octotui.ui.timeline.lane_list import LaneList
from octotui.ui.timeline.timeline_panel import TimelinePanel
from octotui.views.timeline.moments import span_at
from tests import scenes
from tests.scenes import Scene, takes
from tests.ui.opened import opened
from tests.world import START, World, script
from tests.world import model as world_model


def panel(it) -> TimelinePanel:
    return it.app.screen.query_one(TimelinePanel)


async def test_the_cursor_says_who_waited_for_whom(tmp_path):
    """L4: also of a wait for another family."""
    async with opened(scenes.lock_wait(), tmp_path) as it:
        await it.press("j", "j", "j", "L")
        await it.sees("Timeline of run-9", "wait for worker1")
        await it.press("j")
        await it.sees("run-9 waited for worker1 for “worker-image”: run-6 acquired worker-image")


async def test_n_goes_from_one_thing_to_the_next(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("Timeline of run-1", "“Tag the bill” on worker3")
        for key, text in (
            ("N", "Tag the bill"),
            ("N", "asked Finance"), ("N", "ran “Build the image”"), ("N", "acquired worker-image"),
            ("N", "acquired worker-image"), ("n", "ran “Build the image”"),
        ):  # fmt: skip
            await it.press(key)
            await it.sees(text)


async def test_zoom_keeps_the_moment_and_zero_shows_all(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("critical path", "??")
        await it.press("N")
        whole, moment = panel(it).scale, panel(it).moment
        await it.press("plus", "plus")
        assert panel(it).scale.cell == whole.cell / 4
        assert panel(it).moment == moment
        assert panel(it).scale.start <= moment < panel(it).scale.end
        await it.press(*["left"] * 90)
        assert panel(it).scale.start <= panel(it).moment < panel(it).scale.end
        await it.press("minus")
        assert panel(it).scale.cell == whole.cell / 2
        await it.press("0")
        assert panel(it).scale == whole
        await it.press("minus")
        assert panel(it).scale == whole


async def test_it_ends_where_time_does(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("critical path", "??")
        await it.press(*["shift+left"] * 12)
        assert panel(it).moment == START
        await it.press(*["shift+right"] * 12)
        assert panel(it)._at is None


async def test_lanes_by_step(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("by worker", "questions")
        await it.press("B")
        await it.sees("by step", "Look at the bill", "worker-image on worker1")
        await it.press("B")
        await it.sees("by worker")


async def test_it_follows_what_happens(tmp_path):
    """A run that goes on is followed without a look at its past again."""
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L", "B")
        await it.sees("52s so far", "Tag the bill")
        assert "Tell everybody" not in it.text
        it.session.later(60)
        it.app.now = it.session.now()
        await it.sees("Tell everybody", "1m00s so far")
        it.session.later(80)
        it.app.now = it.session.now()
        await it.sees(" 1m03s ")
        assert "so far ·" not in it.text


async def test_enter_opens_the_run_under_the_cursor(tmp_path):
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("L")
        await it.sees("worker2")
        await it.press(*["j"] * 3, "enter")
        await it.sees("Output · run-3 Create the instance")
        await it.press("escape")
        await it.sees("Timeline of run-1")
        await it.press("escape")
        assert "Timeline" not in it.text


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (250, 70), (40, 10)])
@pytest.mark.parametrize("glyphs", ["unicode", "ascii"])
async def test_it_fits_any_size(tmp_path, size, glyphs):
    async with opened(scenes.lock_wait(), tmp_path, size=size, glyphs=glyphs) as it:
        await it.press("j", "j", "j", "L")
        await it.sees("Timeline of run-9")
        await it.press("B", "j", "plus", "left", "N")
        lines = it.text.splitlines()
        assert len(lines) <= size[1]
        assert glyphs == "unicode" or it.text.isascii()
        assert panel(it).scale.width >= size[0] // 3


async def test_names_that_others_write_stay_visible_and_in_their_place(tmp_path):
    steps = [script("evil \x1b[31m\u202e\tname " + "x" * 500, simulate=takes(9))]
    world = World(world_model({"all": steps}))
    world.start("all")
    world.run_until(5)
    async with opened(Scene(world.state, world.now, world), tmp_path, size=(80, 24)) as it:
        await it.press("L", "B", "j", "j")
        await it.sees("evil")
        assert "\x1b" not in it.text
        assert "\u202e" not in it.text
        assert all(len(each) <= 80 for each in it.text.splitlines())


async def test_only_visible_lanes_are_drawn(tmp_path, monkeypatch):
    """R14: the cost of a frame is that of the screen, whatever the run has."""
    from octotui.ui.timeline import timeline_panel

    steps = [script(f"Step {each}", start="with-previous", simulate=takes(3)) for each in range(300)]
    world = World(world_model({"all": steps}, workers=3))
    world.start("all")
    world.run_until(2)
    async with opened(Scene(world.state, world.now, world), tmp_path, size=(80, 24)) as it:
        await it.press("L", "B")
        await it.sees("Step 1")
        drawn = []
        cells = timeline_panel.cells
        monkeypatch.setattr(
            timeline_panel, "cells", lambda lane, *more: drawn.append(lane.key) or cells(lane, *more)
        )
        assert len(it.app.screen.query_one(LaneList).keys) == 302
        await it.press("G")
        await it.sees("Step 299")
        assert "job/job-1.300" in drawn
        assert "job/job-1.100" not in drawn
        assert len(set(drawn)) <= 60


async def opened_job(it) -> str | None:
    """The job that enter on the timeline leads to."""
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, RunScreen))
    tree = it.app.screen.query_one(TreePanel)
    await it.until(lambda: tree.row is not None)
    assert it.app.screen.has_class("-log")
    assert it.app.screen.run == tree.row.run
    return tree.row.job


@pytest.mark.parametrize("job", ["job-1.1", "job-1.2", "job-1.3"])
async def test_enter_opens_the_output_of_the_job_under_the_cursor(tmp_path, job):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L", "B")
        await it.sees("by step")
        it.app.screen.query_one(LaneList).select(f"job/{job}")
        await it.press("N")
        assert span_at(panel(it).lane.spans, panel(it).moment, panel(it).now) is not None
        assert await opened_job(it) == job
        await it.press("escape")
        await it.press("N", "shift+left", "shift+left")  # where the job does nothing at all
        assert await opened_job(it) == job


async def test_enter_on_the_critical_path_opens_the_job_of_another_run(tmp_path):
    """A job of a run that another one of the family started is opened in its own run."""
    async with opened(scenes.seed(), tmp_path) as it:
        await it.press("L")
        await it.sees("critical path")
        span = span_at(panel(it).lane.spans, panel(it).moment, panel(it).now)
        assert span is not None
        assert span.job is not None
        assert await opened_job(it) == span.job
        assert it.app.screen.run == span.run


async def test_the_legend_has_all_that_is_drawn(tmp_path):
    async with opened(scenes.approved(), tmp_path) as it:
        await it.press("L")
        await it.sees("critical path", "??")
        assert "machine away" not in it.text
        timeline = panel(it).timeline
        last = timeline.spans["job-1.2"][-1]
        parts = [last.start + (last.end - last.start) * part / 60 for part in range(61)]
        spans = [replace(last, start=start, end=end) for start, end in pairwise(parts)]
        timeline.spans["job-1.2"] = [*spans[:-1], replace(spans[-1], kind="outage")]
        panel(it)._lay(at_once=True)
        await it.sees("machine away")
