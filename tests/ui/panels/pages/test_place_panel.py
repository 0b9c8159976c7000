"""A page in the app: what it shows, how it follows what happens, and what it costs."""

from octotui.ui.panels.pages.place_panel import PageList, PlacePanel
from octotui.ui.widgets.pane_heading import PaneHeading
from octotui.views.pages.page import PagePlace
from tests import scenes
from tests.ui.opened import opened


def panel(it) -> PlacePanel:
    return it.app.screen.query_one(PlacePanel)


async def test_a_worker_s_page_shows_lock_line_and_history(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (120, 40)) as it:
        await it.press("tab", "enter")
        await it.sees(
            "Kraken > Setup > worker1",
            "Lock, held in exclusive mode",
            "run-9",
            "exclusive use: run-6 is acquiring",
            "run-2 Create AWS RDS",
            "30s",
        )
        assert panel(it).place == PagePlace("worker", "worker1")


async def test_what_happens_there_is_seen_and_the_cursor_stays_with_its_line(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (120, 40)) as it:
        await it.press("tab", "enter")
        await it.sees("Last runs")
        await it.press("j", "j")
        key = it.app.screen.query_one(PageList).key
        assert key == "open run-6"
        it.session.later(52)
        await it.until(lambda: "Build the image" in it.text)
        assert it.app.screen.query_one(PageList).key == key
        it.session.later(500)
        await it.sees("Nobody holds its lock.")
        assert key not in it.app.screen.query_one(PageList).keys


async def test_a_run_that_ends_there_joins_the_history(tmp_path):
    async with opened(scenes.seed(), tmp_path, (120, 40)) as it:
        await it.press("tab", "j", "enter")
        await it.sees("Kraken > Setup > worker2", "running", "No run has ended here.")
        it.session.later(31)
        await it.sees("Nobody holds its lock.", "✔ run-3 Create AWS RDS", "30s")


async def test_a_place_on_the_way_is_gone_back_to(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (120, 40)) as it:
        await it.press("tab", "enter")
        await it.sees("Last runs")
        panel(it).follow(PagePlace("environment", "test"))
        await it.sees("Kraken > Setup > worker1 > Test")
        panel(it).follow(PagePlace("pool", "setup"))
        await it.sees("Kraken > Setup ─", "Workers")


async def test_a_page_without_anything_to_open_says_so(tmp_path):
    async with opened(scenes.turns(), tmp_path, (120, 40)) as it:
        await it.press("P", "G", "enter")
        await it.sees("Kraken > DB 1")
        await it.press("enter")
        await it.sees("there is no more to see of it")


async def test_nothing_is_painted_while_nothing_happens(tmp_path, monkeypatch):
    async with opened(scenes.turns(), tmp_path, (120, 40)) as it:
        await it.press("tab", "enter")
        await it.sees("Kraken > Setup > worker1")
        await it.pilot.pause(0.1)
        lines, asked = it.app.screen.query_one(PageList), []
        monkeypatch.setattr(lines, "refresh", lambda *regions, **_: asked.append(regions))
        it.app.now += 1
        await it.pilot.pause(0.1)
        assert asked == []


async def test_a_click_on_the_way_here_goes_back_there(tmp_path):
    async with opened(scenes.lock_wait(), tmp_path, (120, 40)) as it:
        await it.press("tab", "enter")
        await it.sees("Kraken > Setup > worker1")
        for name, shown in (
            ("worker1", "> worker1 ─"),
            ("Setup", "Kraken > Setup ─"),
            ("Kraken", " Kraken ─"),
        ):
            heading = it.app.screen.query_one(PaneHeading)
            line = heading.render_line(0).text
            await it.pilot.click(PaneHeading, offset=(line.index(name) + len(name) - 1, 0))
            await it.sees(shown)
        await it.pilot.click(PaneHeading, offset=(100, 0))
        assert panel(it).place == PagePlace("space")
