"""The pages of a space on a screen: workers, pools, environments, targets, and the way between them."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.pages.place_panel import PlacePanel, Trail
from octotui.ui.panels.question_bar import QuestionBar
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.machine_checks import MachineChecksScreen
from octotui.ui.send_command import look_up
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.pages.last_runs import last_runs_in
from octotui.views.pages.page import PagePlace, query_of

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess

PAGE = 100  # runs that are looked up for a page


class PlaceScreen(MachineChecksScreen):
    """A page; what can be done to a run is done to that under the cursor."""

    KEYS_TITLE = "On a page"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape", "back", "back", lasting=True, tooltip="To where the pages were opened")
    ]

    def __init__(self, session: "SpaceAccess", trail: Trail) -> None:
        """Show the last page of a way."""
        super().__init__(session)
        self._trail = trail

    def compose(self) -> ComposeResult:
        """Yield the page between the status and key bars."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield PlacePanel(self._trail).data_bind(
            RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.past
        )
        bar = QuestionBar(self.session.user)
        yield bar.data_bind(RunActionsScreen.state, RunActionsScreen.now, RunActionsScreen.run)
        yield KeyBar()

    @on(PlacePanel.Turned)
    def _turn(self, event: PlacePanel.Turned) -> None:
        if event.place is None:
            self.dismiss()
        else:
            self._look_up(event.place)

    @work(exclusive=True, group="history")
    async def _look_up(self, place: PagePlace) -> None:
        """Look up what has ended in a place."""
        query = query_of(place)
        if query is None:
            return
        records = await look_up(self, self.session.history(query, limit=PAGE))
        if records is None:
            return
        self.query_one(PlacePanel).add(place, records)
        if place.kind == "environment":
            asked = last_runs_in(self.session.state.model, self.session.history, place.slug)
            last = await look_up(self, asked)
            if last is not None:
                self.query_one(PlacePanel).add_last(place, last)

    @on(PlacePanel.Pointed)
    def _point(self, event: PlacePanel.Pointed) -> None:
        self.run = event.line.run if event.line is not None else None
        if isinstance(event, PlacePanel.Opened):
            self.show_run(self.run, log=False)

    def pointed_worker(self) -> str | None:
        """Return the worker under the cursor, or that of the page where the cursor is on no run."""
        panel = self.query_one(PlacePanel)
        line = panel.line
        if line is not None and line.run is not None:
            return None
        place = line.place if line is not None and line.place is not None else panel.place
        return place.slug if place.kind == "worker" else None

    def pointed_machine(self) -> str | None:
        """Return the worker or target under the cursor, or that of the page."""
        panel = self.query_one(PlacePanel)
        place = panel.line.place if panel.line is not None and panel.line.place is not None else panel.place
        return place.slug if place.kind in ("worker", "target") else None

    def action_back(self) -> None:
        """Go back to where the pages were opened."""
        self.dismiss()
