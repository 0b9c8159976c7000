"""The screen of a run of this space at any moment of it: nothing is exported, and nothing can be changed."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from octotui.runtime.replay import PastRuns
from octotui.store.errors import StoreError
from octotui.ui.key_actions import KeyAction
from octotui.ui.panels.output_panel import OutputPanel
from octotui.ui.panels.replay_bar import ReplayBar
from octotui.ui.panels.status_bar import StatusBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.merged_output import MergedOutputScreen
from octotui.ui.screens.pane_screen import PaneDivision, PaneScreen
from octotui.ui.send_command import look_up
from octotui.ui.timeline.replay_keys import ReplayKeys
from octotui.ui.widgets.key_bar import KeyBar
from octotui.ui.widgets.line_list import LineList

if TYPE_CHECKING:
    from octotui.runtime.space_access import SpaceAccess


class HistoryScreen(ReplayKeys, PaneScreen, MergedOutputScreen):
    """The tree and the output of a run as they were, with the keys of a replay."""

    CSS_PATH = "history_screen.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-tall")]  # noqa: RUF012
    KEYS_TITLE = "In the history of a run"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("escape,backspace,h", "back", "back", lasting=True, tooltip="To how it is now"),
    ]

    SIZES = ("-low", "-tall")

    def __init__(self, session: "SpaceAccess", run: str, root: str) -> None:
        super().__init__(session, run)
        self._space = session
        self._root = root

    def compose(self) -> ComposeResult:
        """Yield the tree and the output of the moment."""
        yield StatusBar().data_bind(RunActionsScreen.state, RunActionsScreen.now)
        yield TreePanel().data_bind(RunActionsScreen.picture, RunActionsScreen.run, RunActionsScreen.now)
        yield OutputPanel()
        yield ReplayBar(self)
        yield KeyBar()

    def divisions(self) -> Sequence[PaneDivision]:
        """Return that of tree and output."""
        return (PaneDivision("run", self.query_one(TreePanel), self.query_one(OutputPanel)),)

    def on_mount(self) -> None:
        """Load the past of the family."""
        self._load()

    @work(exclusive=True, group="past")
    async def _load(self) -> None:
        """Fold the family's events in a thread, and show the last moment."""
        events = await look_up(self, self._space.events_of(self._root))
        if events is None:
            self.dismiss()
            return
        try:
            self.replay = await asyncio.to_thread(PastRuns, events, self._root, self._space)
        except StoreError as problem:
            self.notify(str(problem), severity="error", markup=False)
            self.dismiss()
            return
        self.session = self.replay
        self.take_moment()
        self.refresh_bindings()

    @property
    def is_loaded(self) -> bool:
        """Whether there is a moment to show."""
        return self.moment is not None

    def _follow(self) -> None:
        """Do not follow the app: it shows the present."""

    def show_moment(self) -> None:
        """Show the tree and the output as they were."""
        self.now, self.state = self.replay.now(), self.replay.state
        self.picture = self.state
        self.call_after_refresh(self.query_one(TreePanel).point_again)

    def show_run(self, run: str) -> None:
        """Keep the run whose history is looked at."""

    def show_sentence(self, sentence: str) -> None:
        """Tell a sentence for a while."""
        app: Any = self.app
        app.say(sentence)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Refuse what needs a moment before there is one."""
        if action in ("play", "step", "seek", "go", "faster"):
            return "" if self.is_loaded else "the events of the run are not there yet"
        return super().why_not(action, parameters)

    @on(TreePanel.Pointed)
    def _point(self, event: TreePanel.Pointed) -> None:
        self.show_output(event.row if self.is_loaded else None, event.place)

    @on(TreePanel.Opened)
    def _open(self, event: TreePanel.Opened) -> None:
        if event.row is not None and event.row.run != self.run:
            self.run = event.row.run
        else:
            self.action_log()

    def action_log(self) -> None:
        """Give the output the whole screen, or the half again, with the focus on the tree."""
        self.toggle_class("-log")
        self.refresh_bindings()
        if not self.has_class("-log"):
            self.call_after_refresh(self.query_one(LineList).focus)

    def action_back(self) -> None:
        """Go back to the tree, then to where it was opened."""
        if self.has_class("-log"):
            self.action_log()
        else:
            self.dismiss()
