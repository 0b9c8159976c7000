"""Keys that lead through the past of runs: from event to event, to what matters, and played."""

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.timer import Timer

from octotui.ui.key_actions import ExplainedActions, KeyAction
from octotui.views.events.replay_moments import ReplayMoment, moment, stop

if TYPE_CHECKING:
    from octotui.runtime.replay import Replay

PACES = (1, 10, 100)
FRAME = 1 / 15  # seconds


class ReplayKeys(ExplainedActions, DOMNode):
    """An app or a screen that shows a replay; it says how a moment is shown."""

    KEYS_TITLE = "In a replay"
    BINDINGS: ClassVar[list[BindingType]] = [
        KeyAction("space", "play", "play", title="Play or stop", tooltip="Let time pass in the replay"),
        KeyAction("comma", "step(-1)", "event", show=False, id="replay.event_back", tooltip="One back"),
        KeyAction("full_stop", "step(1)", "event", key_display=", .", id="replay.event_on", tooltip="One on"),
        KeyAction(
            "left_square_bracket",
            "seek(-1)",
            "what matters",
            show=False,
            title="To the question, failure or lock wait before",
            id="replay.seek_back",
            tooltip="Back in the replay",
        ),
        KeyAction(
            "right_square_bracket",
            "seek(1)",
            "what matters",
            key_display="[ ]",
            title="To the next question, failure or lock wait",
            id="replay.seek_on",
            tooltip="Forward in the replay",
        ),
        KeyAction(
            "less_than_sign",
            "step(-10)",
            "ten events",
            show=False,
            id="replay.ten_events_back",
            tooltip="Back",
        ),
        KeyAction(
            "greater_than_sign", "step(10)", "ten events", show=False, id="replay.ten_events_on", tooltip="On"
        ),
        KeyAction(
            "left_curly_bracket",
            "go(1)",
            "first, last",
            show=False,
            title="To the first moment",
            id="replay.first_moment",
            tooltip="When the run was queued",
        ),
        KeyAction(
            "right_curly_bracket",
            "go(-1)",
            "first, last",
            key_display="{ }",
            title="To the last moment",
            id="replay.last_moment",
            tooltip="How it ended",
        ),
        KeyAction(
            "plus",
            "faster(1)",
            "faster, slower",
            show=False,
            id="replay.faster",
            tooltip="10 and 100 times as fast",
        ),
        KeyAction(
            "minus",
            "faster(-1)",
            "faster, slower",
            show=False,
            id="replay.slower",
            tooltip="As fast as it was",
        ),
    ]

    moment: reactive[ReplayMoment | None] = reactive(None, repaint=False)
    pace: reactive[int] = reactive(PACES[0], repaint=False)
    playing: reactive[bool] = reactive(False, repaint=False)

    replay: "Replay"

    def show_moment(self) -> None:
        """Show what the replay is at now."""
        raise NotImplementedError

    def show_run(self, run: str) -> None:
        """Select the run of an event that was gone to."""
        raise NotImplementedError

    def show_sentence(self, sentence: str) -> None:
        """Tell a sentence for a while."""
        raise NotImplementedError

    @cached_property
    def player(self) -> Timer:
        """The timer that plays; it stands still until it is resumed."""
        return self.set_interval(FRAME, self._pass_time, pause=True)

    def mode(self) -> Collection[str]:
        """What leads through the replay."""
        return ("play", "step", "seek")

    def action_step(self, events: int) -> None:
        """Go some events forward or back."""
        self._go_to(self.replay.number + events)

    def action_go(self, number: int) -> None:
        """Go to an event; -1 is the last."""
        self._go_to(number if number > 0 else len(self.replay.timeline))

    def action_seek(self, step: int) -> None:
        """Go to the next question, failure or wait for a lock, or else to the end."""
        timeline, number = self.replay.timeline, self.replay.number + step
        while 1 <= number <= len(timeline) and not self._matters(number):
            number += step
        self._go_to(number)
        run = getattr(timeline.event(self.replay.number), "run", None)
        if run is not None:
            self.show_run(run)

    def _matters(self, number: int) -> bool:
        timeline = self.replay.timeline
        return stop(timeline.event(number), timeline.state(number - 1), timeline.state(number)) is not None

    def action_play(self) -> None:
        """Play, from the beginning if at the end; or stop."""
        if self.playing:
            self._stop_playing()
            return
        if self.replay.ended:
            self._go_to(1)
        self.playing = True
        self.player.resume()

    def _stop_playing(self) -> None:
        self.playing = False
        self.player.pause()

    def action_faster(self, step: int) -> None:
        """Play faster, or slower."""
        index = PACES.index(self.pace) + step
        if 0 <= index < len(PACES):
            self.pace = PACES[index]
        else:
            self.show_sentence(f"it goes no {'faster' if step > 0 else 'slower'} than x{self.pace}")

    def _pass_time(self) -> None:
        """Advance by one frame."""
        self.replay.play(FRAME, self.pace)
        self.take_moment()
        if self.replay.ended:
            self._stop_playing()

    def _go_to(self, number: int) -> None:
        before = self.replay.number
        self.replay.go(number)
        if self.replay.number == before:
            self.show_sentence(f"this is the {'first' if before == 1 else 'last'} moment")
        self.take_moment()

    def take_moment(self) -> None:
        """Take the replay's moment, and show it."""
        if self.moment is None or self.moment.number != self.replay.number:
            app: Any = self.app
            self.moment = moment(self.replay.timeline, self.replay.number, app.zone)
        self.show_moment()
