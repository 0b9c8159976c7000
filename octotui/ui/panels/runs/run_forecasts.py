"""Forecasts for the columns of estimates, made beside the event loop."""

from collections.abc import Callable
from functools import partial

from textual import events
from textual.widget import Widget

from octotui.engine.forecast import Forecast, forecast
from octotui.engine.state import State
from octotui.ui.panels.runs_table import RunsTable


class RunForecasts:
    """Forecasts in a thread, one at a time, where a column needs it; the last is shown meanwhile."""

    def __init__(self, pane: Widget, table: RunsTable, made: Callable[[], None]) -> None:
        """`made` is called in the loop once the table has another forecast."""
        self._pane = pane
        self._table = table
        self._made = made
        self._is_running = False

    def look_ahead(self, state: State, now: float) -> None:
        """Make a forecast, unless none is needed or one is being made."""
        if self._table.needs_forecast and not self._is_running:
            self._is_running = True
            self._pane.run_worker(partial(self._forecast, state, now), group="forecast", thread=True)

    def _forecast(self, state: State, now: float) -> None:
        coming = forecast(state, now)
        self._pane.post_message(events.Callback(callback=partial(self._take, coming)))

    def _take(self, coming: Forecast) -> None:
        self._table.coming, self._is_running = coming, False
        self._made()
