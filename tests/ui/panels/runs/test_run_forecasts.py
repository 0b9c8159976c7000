"""Forecasts for the list of runs."""

import threading

from octotui.engine.forecast import Forecast, forecast
from octotui.engine.state import State
from octotui.store.user_config import ListSetting
from octotui.ui.panels.runs import run_forecasts
from octotui.ui.panels.runs_panel import RunsPanel
from tests import scenes
from tests.ui.opened import opened


async def test_e2_forecasts_are_made_in_a_thread_one_at_a_time_and_the_last_is_shown_meanwhile(
    tmp_path, monkeypatch
):
    scene, made, hold = scenes.estimated(), [], threading.Event()

    def counted(state: State, now: float) -> Forecast:
        made.append(threading.current_thread())
        assert hold.wait(5)
        return forecast(state, now)

    monkeypatch.setattr(run_forecasts, "forecast", counted)
    async with opened(scene, tmp_path) as it:
        panel = it.app.screen.query_one(RunsPanel)
        panel.lines.take_setting(ListSetting(("id", "title", "left")))
        await it.until(lambda: made)
        row = panel._table.row("run-18")
        assert row is not None
        assert row.ends_about is None
        panel.now += 5
        await it.pilot.pause()
        assert len(made) == 1
        hold.set()
        await it.until(lambda: len(made) == 2)
        await it.until(lambda: not panel._forecasts._is_running)
        row = panel._table.row("run-18")
        assert row is not None
        assert row.ends_about is not None
        assert threading.main_thread() not in made
