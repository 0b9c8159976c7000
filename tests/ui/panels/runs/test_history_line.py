from octotui.engine.queries.parse import parse
from octotui.engine.queries.query import EVERYTHING
from octotui.ui.panels.runs.history_line import HistoryLine
from octotui.ui.panels.runs_panel import RunsPanel
from tests import scenes
from tests.ui.opened import opened
from tests.ui.panels.test_runs_panel import ended, remember


async def test_r5_what_belongs_to_another_query_comes_too_late(tmp_path):
    async with opened(scenes.idle(), tmp_path) as it:
        remember(it, 1000)
        await it.press("slash", *"rare", "enter")
        await it.sees("10 of 1000")
        panel = it.app.screen.query_one(RunsPanel)
        line = panel.query_one(HistoryLine)
        summary = await it.session.summary(EVERYTHING)
        assert not line.take_page(EVERYTHING, ended(1, 9), whole=True)
        assert not line.take_summary(EVERYTHING, summary)
        assert not line.take_summary(parse("rare", 0), None)
        assert line.active_query == parse("rare", 0)
        await it.press("escape")
        await it.until(lambda: line.active_query == EVERYTHING)
        assert not line.is_whole(panel.past)
