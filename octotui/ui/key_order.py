"""Serialize keys: each takes effect before the next one counts, however fast they are pressed."""

import asyncio
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TypeVar

from textual.app import App
from textual.events import Event, Key
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


class KeyHandled(Message):
    """Follows a key from the focused widget up to the app: what was posted before it is handled by then."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _Turn:
    """A key that is having its effect."""

    def __init__(
        self,
        number: int,
        workers: frozenset[Worker[object]],
        screens: tuple[Screen[object], ...],
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
    """Holds each key back until the one before it has taken effect.

    Textual sends a key to the widget that has the focus when it is pressed, and what the key before it leads
    to, such as another focus or a dialog, may not have happened by then: of a text typed right after the key
    that opens a field, letters would be taken as commands. A key has taken effect when it and what it has
    posted are handled, the workers of its action have ended or have opened a screen, and that is mounted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[Key] = deque()
        self._number = 0  # of the last key that was let through
        self._turn: _Turn | None = None
        self._all_handled = asyncio.Event()  # no key is having its effect
        self._all_handled.set()

    @property
    def is_handling_keys(self) -> bool:
        """Whether a key is still having its effect."""
        return self._turn is not None

    async def keys_handled(self) -> None:
        """Wait until no key is having its effect, for `YIELD` seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_handled.wait(), YIELD)

    async def on_event(self, event: Event) -> None:
        """Handle an event; a key that is pressed too early is held."""
        if not isinstance(event, Key) or event.is_forwarded:  # forwarded: no widget took it, its action runs
            await super().on_event(event)
        elif self._turn is not None:
            self._held.append(event)
        else:
            await self._begin(event)

    async def _begin(self, key: Key) -> None:
        self._number += 1
        self._all_handled.clear()
        watch = self.set_interval(LOOK, self._look)
        self._turn = _Turn(self._number, frozenset(self.workers), tuple(self.screen_stack), watch)
        turn, target = self._turn, self._focus
        await super().on_event(key)
        self._go_round(turn, target)

    @property
    def _focus(self) -> MessagePump:
        return self.focused or self.screen

    def _go_round(self, turn: _Turn, target: MessagePump) -> None:
        turn.target, turn.screen = target, self.screen
        turn.rounds += 1
        target.post_message(KeyHandled(turn.number))

    def on_key_handled(self, message: KeyHandled) -> None:
        """Go on with a key's turn after what is put off until the app is idle, such as a change of focus."""
        self.call_later(self._go_on, message.number)

    async def _go_on(self, number: int) -> None:
        turn = self._turn
        if turn is None or turn.number != number or not self.screen_stack:
            return  # without screens, the app is ending
        turn.target = None
        if turn.rounds < ROUNDS or turn.screen is not self.screen:
            self._go_round(turn, self._focus)
        elif not self._is_working(turn):
            await self._end(turn)

    def _is_working(self, turn: _Turn) -> bool:
        """Return whether an action of the key goes on, and has opened no screen, which takes the next key.

        Lookups have groups of their own, and may last.
        """
        if self.screen not in turn.screens:
            return False
        begun = (each for each in self.workers if each not in turn.workers)
        return any(each.group in AWAITED and not each.is_finished for each in begun)

    async def _look(self) -> None:
        turn = self._turn
        if turn is None or not self.screen_stack:
            return
        if monotonic() - turn.begun >= PATIENCE:
            await self._end(turn)
        elif turn.target is None:
            await self._go_on(turn.number)
        elif not turn.target.is_running:
            self._go_round(turn, self._focus)

    async def _end(self, turn: _Turn) -> None:
        """Let the next key through."""
        turn.watch.stop()
        self._turn = None
        if self._held:
            await self._begin(self._held.popleft())
        else:
            self._all_handled.set()
