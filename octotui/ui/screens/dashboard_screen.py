"""What is deployed where, on a screen of its own."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.pages.dashboard_panel import DashboardPanel
from octotui.ui.panels.question_bar import QuestionBar
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.place_screen import PlaceScreen
from octotui.ui.screens.time_actions import TimeActionsScreen
from octotui.ui.send_command import look_up
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.pages.last_runs import last_runs
from octotui.views.pages.page import PagePlace


class DashboardScreen(TimeActionsScreen):
    """Projects and runbooks by environments; what can be done to a run is done to that under the cursor."""

    KEYS_TITLE = "On the dashboard"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,backspace", "back", "back", lasting=True, tooltip="To the board")
    ]

    def compose(self) -> ComposeResult:
        """Yield the dashboard between the status and key bars."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield DashboardPanel().data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.past)
        bar = QuestionBar(self.session.user)
        yield bar.data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.run)
        yield KeyBar()

    def on_mount(self) -> None:
        """Look up what has ended, once."""
        self._look_up()

    @work(exclusive=True, group="history")
    async def _look_up(self) -> None:
        records = await look_up(self, last_runs(self.session.state.model, self.session.history))
        if records is not None:
            self.query_one(DashboardPanel).add(records.values())

    @on(DashboardPanel.RunChosen)
    def _choose(self, event: DashboardPanel.RunChosen) -> None:
        self.run = event.run
        if isinstance(event, DashboardPanel.RunOpened):
            self.show_run(event.run, log=False)

    @on(DashboardPanel.EnvironmentOpened)
    def _open_environment(self, event: DashboardPanel.EnvironmentOpened) -> None:
        self.app.push_screen(PlaceScreen(self.session, (PagePlace("environment", event.environment),)))

    def action_back(self) -> None:
        """Go back to the board."""
        self.dismiss()
