"""The app on a replay, with keys to any moment, and to play."""

from typing import Any, ClassVar, Literal

from textual.binding import BindingType
from textual.screen import Screen

from octotui.runtime.replay import Replay
from octotui.ui.app import OctotuiApp
from octotui.ui.panels.replay_bar import ReplayBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.actions.run_actions import RunActionsScreen
from octotui.ui.screens.board import Board
from octotui.ui.settings.account_settings import AccountSettings
from octotui.ui.timeline.replay_keys import ReplayKeys
from octotui.views.events.replay_moments import moment
from octotui.views.text.clock_times import Zone


class ReplayApp(ReplayKeys, OctotuiApp):
    """The app on past runs, at one moment."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        replay: Replay,
        *,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        zone: Zone = None,
        account: AccountSettings = AccountSettings(),  # noqa: B008 - it is immutable
    ) -> None:
        super().__init__(replay, glyphs=glyphs, now=replay.now, zone=zone, account=account)
        self.replay = replay
        self.set_reactive(ReplayApp.moment, moment(replay.timeline, replay.number, zone))

    @property
    def has_own_time_keys(self) -> bool:
        """They lead through the replay."""
        return True

    def _ring(self, text: str) -> None:
        """Notify nobody: the question is in the past."""

    def bar(self) -> ReplayBar:
        """Return the line that shows the moment."""
        return ReplayBar(self)

    async def action_quit(self) -> None:
        """Quit at once: nothing runs here."""
        self.exit("quit")

    def show_run(self, run: str) -> None:
        """Select the run of an event, on the board."""
        screen: Screen[Any] = self.screen
        if isinstance(screen, Board):
            screen.started(run)

    def show_sentence(self, sentence: str) -> None:
        """Tell a sentence for a while."""
        self.say(sentence)

    def show_moment(self) -> None:
        """Show the replay's moment, with the output up to it."""
        self.now = self.replay.now()
        self.state = self.replay.state
        self.call_after_refresh(self._point_again)

    def _point_again(self) -> None:
        screen: Screen[Any] = self.screen
        for tree in screen.query(TreePanel) if isinstance(screen, RunActionsScreen) else ():
            tree.point_again()
