"""The screen of a run's timeline, live and afterwards."""

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import DOES_NOT_FIT
from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.actions.start_actions import StartActionsScreen
from octotui.ui.send_command import look_up
from octotui.ui.timeline.event_feed import feed_of
from octotui.ui.timeline.lane_list import LaneList
from octotui.ui.timeline.timeline_panel import TimelinePanel
from octotui.ui.widgets.key_bar import KeyBar
from octotui.views.timeline.recorder import Timeline

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess

Loading = Literal["is asked", "failed", "does not fit"]
"""How the look at the past stands, as long as there is no timeline: one that failed is tried again."""


class TimelineScreen(StartActionsScreen):
    """The timeline of a run and all it started; it follows events while one of them is open."""

    KEYS_TITLE = "On a timeline"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,backspace", "back", "back", lasting=True, tooltip="To where it was opened"),
    ]

    def __init__(self, session: "SpaceAccess", run: str, root: str) -> None:
        """Create it for a run of a family, whose first run is `root`."""
        super().__init__(session, run)
        self._root = root
        self._timeline: Timeline | None = None
        self._waiting: list[AnyEvent] = []  # came before the past was known
        self._loading: Loading = "is asked"
        self._seen = 0  # the State whose past is shown, in a replay

    def compose(self) -> ComposeResult:
        """Yield the timeline between the status and key bars."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield TimelinePanel().data_bind(RunActionsScreen.now)
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow events, and look up those before."""
        feed_of(self.session).follow(self._hear)
        self.query_one(LaneList).focus()
        self._seen = self.state.seq
        self._load()

    def _hear(self, events: tuple[AnyEvent, ...]) -> None:
        """Take new events, or keep them until the past is known; look that up again where it failed."""
        if self._timeline is None:
            if self._loading == "is asked":
                self._waiting += events
            self._try_again()
            return
        before = self._timeline.changes
        self._timeline.add(events)
        if self._timeline.changes != before and self.is_mounted:
            self.query_one(TimelinePanel).show(self._timeline)

    def watch_state(self) -> None:
        """In a replay, show what had happened at its moment."""
        self._try_again()
        if self.state.keep_ended and self.is_mounted and self._seen != self.state.seq:
            self._seen = self.state.seq
            self._load()

    def _try_again(self) -> None:
        """Look up the past again where that has failed, now that there is something new."""
        if self._loading == "failed" and self.is_mounted:
            self._load(quiet=True)

    def _give_up(self, loading: Loading) -> None:
        self._loading = loading
        self._waiting.clear()

    @work(exclusive=True, group="timeline")
    async def _load(self, *, quiet: bool = False) -> None:
        """Fold the events of the family in a thread; those that come meanwhile follow."""
        self._loading = "is asked"
        past = await look_up(self, self.session.events_of(self._root, others=True), quiet=quiet)
        if past is None:
            self._give_up("failed")
            return
        try:
            timeline = await asyncio.to_thread(Timeline, self._root, past)
        except DOES_NOT_FIT:
            self._give_up("does not fit")
            self.notify(
                "its events contradict one another: octotui audit verifies the journal", severity="error"
            )
            return
        timeline.add(self._waiting)
        self._waiting.clear()
        self._timeline = timeline
        if not timeline.runs:
            self.notify(f"{self._root} is not kept any more", severity="warning", markup=False)
        self.query_one(TimelinePanel).show(timeline)

    @on(TimelinePanel.RunOpened)
    def _open(self, event: TimelinePanel.RunOpened) -> None:
        self._show_run(event.run, event.job)

    def _show_run(self, run: str, job: str | None = None) -> None:
        app: Any = self.app
        app.open_run(self.session, run, job, log=True)

    def action_log(self) -> None:
        """Open the output of the run."""
        if self.run is not None:
            self._show_run(self.run)

    def action_back(self) -> None:
        """Go back to where it was opened."""
        self.dismiss()
