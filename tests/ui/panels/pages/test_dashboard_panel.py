"""The pane of the dashboard: what it lists, when it lists again, and what it says cannot be opened."""

from octotui.ui.panels.pages.dashboard_panel import DashboardPanel
from octotui.ui.widgets.cell_grid import CellGrid
from tests import scenes
from tests.ui.opened import opened
from tests.world import START


async def test_rows_are_projects_then_runbooks_that_have_run(tmp_path):
    async with opened(scenes.deployed(), tmp_path, (160, 40)) as it:
        await it.press("D")
        await it.sees(
            "4 projects · 3 runbooks", "Billing service", "Runbooks", "Nightly backup", "✔ 3 tenants"
        )
        assert it.text.index("Search") < it.text.index("Runbooks") < it.text.index("Nightly backup")


async def test_what_starts_and_ends_is_seen_at_once(tmp_path):
    async with opened(scenes.deployed(), tmp_path, (160, 40)) as it:
        await it.press("D")
        await it.sees("2.5.0-beta.1", "executing")
        it.session.later(it.session.now() + 60 - START)
        await it.sees("2.5.0-beta.1", "succeeded 14:49")
        it.session.world.start("nightly", environment="development")
        it.session._publish()
        await it.sees("▶ run-14")


async def test_a_wait_is_seen_in_a_cell_though_no_run_came_or_ended(tmp_path):
    async with opened(scenes.deployed(), tmp_path, (160, 40)) as it:
        run = it.session.world.start("tame", environment="test")
        it.session._publish()
        await it.press("D")
        await it.sees(f"▶ {run}")
        it.session.later(it.session.now() + 25 - START)
        await it.sees(f"? {run}")


async def test_it_says_why_an_empty_cell_does_not_open(tmp_path):
    async with opened(scenes.deployed(), tmp_path, (160, 40)) as it:
        await it.press("D")
        await it.sees("4 projects")
        await it.press("down", "enter")
        await it.sees("Billing service has not run in Development")
        await it.press("G", "end", *["right"] * 4, "home", "enter")
        await it.sees("Shop has not run without an environment")
        await it.press("home", "enter")
        await it.sees("runs here have no environment")


async def test_it_begins_with_a_question_that_would_be_out_of_sight(tmp_path):
    async with opened(scenes.asking_elsewhere(), tmp_path, (80, 24)) as it:
        await it.press("D")
        await it.sees("Production", "? run-14")
        assert it.app.screen.run == "run-14"
        await it.press("left", "left", "left")
        await it.sees("Development")
        assert "Production" not in it.text
    async with opened(scenes.deployed(), tmp_path, (80, 24)) as it:
        await it.press("D")
        await it.sees("? 0.9.0")
        assert it.app.screen.run == "run-11"  # the first cell, since the question is seen


async def test_nothing_is_painted_while_nothing_happens(tmp_path, monkeypatch):
    async with opened(scenes.deployed(), tmp_path, (160, 40)) as it:
        await it.press("D")
        await it.sees("4 projects")
        await it.pilot.pause(0.1)
        grid, asked = it.app.screen.query_one(CellGrid), []
        monkeypatch.setattr(grid, "refresh", lambda *regions, **_: asked.append(regions))
        it.app.now += 1
        await it.pilot.pause()
        it.app.screen.query_one(DashboardPanel).add([])
        await it.pilot.pause()
        assert asked == []
