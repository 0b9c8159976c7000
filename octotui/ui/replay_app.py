"""The app on a replay, with keys to any moment, and to play."""

from collections.abc import Collection
from typing import Any, ClassVar, Literal

from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import Screen

from octotui.runtime.replay import Replay
from octotui.ui.app import OctotuiApp
from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.ui.panels.replay_bar import ReplayBar
from octotui.ui.panels.tree_panel import TreePanel
from octotui.ui.screens.board import Board
from octotui.ui.screens.run_actions import RunActionsScreen
from octotui.ui.theme import DARK
from octotui.views.events.replay_moments import ReplayMoment, moment, stop
from octotui.views.text.clock_times import Zone

PACES = (1, 10, 100)
FRAME = 1 / 15  # seconds


class ReplayApp(ExplainedActions, OctotuiApp):
    """The app on past runs, at one moment."""

    KEYS_TITLE = "In a replay"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("space", "play", "play", title="Play or stop", tooltip="Let time pass in the replay"),
        KeyAction("comma", "step(-1)", "event", show=False, tooltip="One back"),
        KeyAction("full_stop", "step(1)", "event", key_display=", .", tooltip="One on"),
        KeyAction(
            "left_square_bracket",
            "seek(-1)",
            "what matters",
            show=False,
            title="To the question, failure or lock wait before",
            tooltip="Back in the replay",
        ),
        KeyAction(
            "right_square_bracket",
            "seek(1)",
            "what matters",
            key_display="[ ]",
            title="To the next question, failure or lock wait",
            tooltip="Forward in the replay",
        ),
        KeyAction("less_than_sign", "step(-10)", "ten events", show=False, tooltip="Back"),
        KeyAction("greater_than_sign", "step(10)", "ten events", show=False, tooltip="On"),
        KeyAction(
            "left_curly_bracket",
            "go(1)",
            "first, last",
            show=False,
            title="To the first moment",
            tooltip="When the run was queued",
        ),
        KeyAction(
            "right_curly_bracket",
            "go(-1)",
            "first, last",
            key_display="{ }",
            title="To the last moment",
            tooltip="How it ended",
        ),
        KeyAction("plus", "faster(1)", "faster, slower", show=False, tooltip="10 and 100 times as fast"),
        KeyAction("minus", "faster(-1)", "faster, slower", show=False, tooltip="As fast as it was"),
    ]

    moment: reactive[ReplayMoment | None] = reactive(None, repaint=False)
    pace: reactive[int] = reactive(PACES[0], repaint=False)
    playing: reactive[bool] = reactive(False, repaint=False)

    def __init__(
        self,
        replay: Replay,
        *,
        glyphs: Literal["unicode", "ascii"] = "unicode",
        zone: Zone = None,
        theme: str = DARK.name,
    ) -> None:
        super().__init__(replay, glyphs=glyphs, now=replay.now, zone=zone, theme=theme)
        self.replay = replay
        self.set_reactive(ReplayApp.moment, self._present())

    async def on_mount(self) -> None:
        """Create the player's timer; Textual also calls the base class's handler."""
        self._player = self.set_interval(FRAME, self._pass, pause=True)

    def mode(self) -> Collection[str]:
        """What leads through the replay."""
        return ("play", "step", "seek")

    def _ring(self, text: str) -> None:
        """Notify nobody: the question is in the past."""

    def bar(self) -> ReplayBar:
        """Return the line that shows the moment."""
        return ReplayBar()

    async def action_quit(self) -> None:
        """Quit at once: nothing runs here."""
        self.exit("quit")

    def action_step(self, events: int) -> None:
        """Go some events forward or back."""
        self._go(self.replay.number + events)

    def action_go(self, number: int) -> None:
        """Go to an event; -1 is the last."""
        self._go(number if number > 0 else len(self.replay.timeline))

    def action_seek(self, step: int) -> None:
        """Go to the next question, failure or wait for a lock, or else to the end."""
        timeline, number = self.replay.timeline, self.replay.number + step
        while 1 <= number <= len(timeline) and not self._matters(number):
            number += step
        self._go(number)
        run, screen = getattr(timeline.event(self.replay.number), "run", None), self.screen
        if run is not None and isinstance(screen, Board):
            screen.started(run)  # select the run of the event

    def _matters(self, number: int) -> bool:
        timeline = self.replay.timeline
        return stop(timeline.event(number), timeline.state(number - 1), timeline.state(number)) is not None

    def action_play(self) -> None:
        """Play, from the beginning if at the end; or stop."""
        if self.playing:
            self._stop()
            return
        if self.replay.ended:
            self._go(1)
        self.playing = True
        self._player.resume()

    def _stop(self) -> None:
        self.playing = False
        self._player.pause()

    def action_faster(self, step: int) -> None:
        """Play faster, or slower."""
        index = PACES.index(self.pace) + step
        if 0 <= index < len(PACES):
            self.pace = PACES[index]
        else:
            self.say(f"it goes no {'faster' if step > 0 else 'slower'} than x{self.pace}")

    def _pass(self) -> None:
        """Advance by one frame."""
        self.replay.play(FRAME, self.pace)
        self._show()
        if self.replay.ended:
            self._stop()

    def _go(self, number: int) -> None:
        before = self.replay.number
        self.replay.go(number)
        if self.replay.number == before:
            self.say(f"this is the {'first' if before == 1 else 'last'} moment")
        self._show()

    def _show(self) -> None:
        """Show the replay's moment, with the output up to it."""
        if self.moment is None or self.moment.number != self.replay.number:
            self.moment = self._present()
        self.now = self.replay.now()
        self.state = self.replay.state
        self.call_after_refresh(self._point_again)

    def _point_again(self) -> None:
        screen: Screen[Any] = self.screen
        for tree in screen.query(TreePanel) if isinstance(screen, RunActionsScreen) else ():
            tree.point_again()

    def _present(self) -> ReplayMoment:
        timeline, number = self.replay.timeline, self.replay.number
        return moment(timeline, number, self.zone)
