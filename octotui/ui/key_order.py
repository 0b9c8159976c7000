"""Serialize keys, pastes and mouse events: each takes effect before the next one counts, however fast."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TypeVar

from textual.app import App
from textual.errors import NoWidget
from textual.events import (
    Event,
    InputEvent,
    Key,
    MouseEvent,
    MouseMove,
    MouseScrollDown,
    MouseScrollLeft,
    MouseScrollRight,
    MouseScrollUp,
    Paste,
)
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

T = TypeVar("T")

PATIENCE = 1.0  # seconds after which the next key counts, though the last one is still having its effect
YIELD = 0.02  # seconds for which what can wait lets a key go first
LOOK = 0.02  # seconds between two looks at what sends no message when it ends: workers, and widgets that go
SWITCHING = "spaces"  # the group of workers that switch to another space
AWAITED = frozenset({"default", SWITCHING})  # groups of workers that the next key waits for
ROUNDS = 2  # the key and its action; then the messages which these have posted
LIMIT = 1_000  # events held; more are dropped
SAYS_HOW = "ctrl+c"  # says how to leave the app
SCROLLS = (MouseScrollDown, MouseScrollLeft, MouseScrollRight, MouseScrollUp)


class KeyHandled(Message):
    """Follows a key from the focused widget up to the app: what was posted before it is handled by then."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _KeyEffect:
    """The effect that a key, a paste or a mouse event is having."""

    def __init__(
        self,
        number: int,
        workers: frozenset[Worker[object]],
        screens: frozenset[Screen[object]],
        watch: Timer,
    ) -> None:
        self.number = number
        self.workers = workers  # that ran before it
        self.screens = screens  # that were open before it
        self.watch = watch
        self.begun = monotonic()
        self.rounds = 0
        self.target: MessagePump | None = None  # where the present round began; None between two rounds
        self.screen: Screen[object] | None = None


class OrderedKeysApp(App[T]):
    """Holds each key back until the one before it has taken effect, and so pastes and mouse events.

    Textual sends a key to the widget that has the focus when it is pressed, and what the key before it leads
    to, such as another focus or a dialog, may not have happened by then: of a text typed right after the key
    that opens a field, letters would be taken as commands. A key has taken effect when it and what it has
    posted are handled, the workers of its action have ended or have opened a screen, and that is mounted.
    Keys that leave the app are never held; they drop what is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[InputEvent | Paste] = deque()
        self.urgent = frozenset({SAYS_HOW, "ctrl+q"})  # keys that leave the app, or say how to: never held
        self._number = 0  # of the last event that was let through
        self._effect: _KeyEffect | None = None
        self._deferred: list[Callable[[], object]] = []  # until the present key has had its effect
        self._all_handled = asyncio.Event()  # no key is having its effect
        self._all_handled.set()

    @property
    def is_handling_keys(self) -> bool:
        """Whether a key is still having its effect."""
        return self._effect is not None

    async def keys_handled(self) -> None:
        """Wait until no key is having its effect, for `YIELD` seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_handled.wait(), YIELD)

    def after_key(self, call: Callable[[], object]) -> bool:
        """Make a call once the present key has had its effect, or takes long; return False without one."""
        if self._effect is None or monotonic() - self._effect.begun >= YIELD:
            return False
        self._deferred.append(call)
        return True

    def _make_deferred(self) -> None:
        deferred, self._deferred = self._deferred, []
        for call in deferred:
            call()

    async def on_event(self, event: Event) -> None:
        """Handle an event; what a person does too early is held. Mouse moves lead to nothing, and are not."""
        if not isinstance(event, InputEvent | Paste) or isinstance(event, MouseMove) or event.is_forwarded:
            await super().on_event(event)  # forwarded: no widget took it; the action of a key runs
        elif isinstance(event, Key) and event.key in self.urgent:
            self._held.clear()
            await self._begin(event)
        elif self._effect is None:
            await self._let_through(event)
        elif len(self._held) < LIMIT:
            self._held.append(event)

    async def _let_through(self, event: InputEvent | Paste) -> None:
        if isinstance(event, SCROLLS):  # come by the hundred, and no key depends on what they lead to
            await super().on_event(event)
        else:
            await self._begin(event)

    async def _begin(self, event: InputEvent | Paste) -> None:
        if self._effect is not None:
            self._effect.watch.stop()  # an urgent key does not wait for its end
        self._number += 1
        self._all_handled.clear()
        self._effect = effect = _KeyEffect(
            self._number,
            frozenset(self.workers),
            frozenset(self.screen_stack),
            self.set_interval(LOOK, self._look),
        )
        target = self._receiver(event)
        await super().on_event(event)
        self._go_round(effect, target)

    def _receiver(self, event: InputEvent | Paste) -> MessagePump:
        """Return the widget that an event is sent to."""
        if isinstance(event, MouseEvent):
            with suppress(NoWidget):
                return self.mouse_captured or self.get_widget_at(event.x, event.y)[0]
        return self._focus

    @property
    def _focus(self) -> MessagePump:
        return self.focused or self.screen

    def _go_round(self, effect: _KeyEffect, target: MessagePump) -> None:
        effect.target, effect.screen = target, self.screen
        effect.rounds += 1
        target.post_message(KeyHandled(effect.number))

    def on_key_handled(self, message: KeyHandled) -> None:
        """Go on with an effect after what is put off until the app is idle, such as a change of focus."""
        self.call_later(self._go_on, message.number)

    async def _go_on(self, number: int) -> None:
        effect = self._effect
        if effect is None or effect.number != number or not self.screen_stack:
            return  # without screens, the app is ending
        effect.target = None
        if effect.rounds < ROUNDS or effect.screen is not self.screen:
            self._go_round(effect, self._focus)
        elif not self._is_working(effect):
            await self._end(effect)

    def _is_working(self, effect: _KeyEffect) -> bool:
        """Return whether an action of the key goes on; lookups have groups of their own, and may last.

        A worker that has opened a screen may wait for its result; that screen has had a round by now, so it
        is mounted.
        """
        if self.screen not in effect.screens:
            return False
        begun = (each for each in self.workers if each not in effect.workers)
        return any(each.group in AWAITED and not each.is_finished for each in begun)

    async def _look(self) -> None:
        effect = self._effect
        if effect is None or not self.screen_stack:
            return
        self._make_deferred()
        if monotonic() - effect.begun >= PATIENCE:
            await self._end(effect)
        elif effect.target is None:
            await self._go_on(effect.number)
        elif not effect.target.is_running:
            self._go_round(effect, self._focus)

    async def _end(self, effect: _KeyEffect) -> None:
        """Let what is held through, up to the next key."""
        effect.watch.stop()
        self._effect = None
        self._make_deferred()
        while self._held and self._effect is None:
            await self._let_through(self._held.popleft())
        if self._effect is None:
            self._all_handled.set()
