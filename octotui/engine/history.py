"""Random access to every State of a list of events, by checkpoints."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from octotui.engine.events import AnyEvent, RunQueued
from octotui.engine.evolve.evolve import DOES_NOT_FIT, evolve
from octotui.engine.state import State

KEPT = 10_000  # States at most; those between two are folded on demand


class InconsistentHistory(Exception):
    """Raised for events that do not follow from one another; its text is a sentence."""


def moments(events: Sequence[AnyEvent]) -> int:
    """Return how many moments events have: those from the first run on, without the models before it."""
    first = (index for index, each in enumerate(events) if isinstance(each, RunQueued))
    return len(events) - next(first, len(events))


class History:
    """The events from the first run on, numbered from 1, and their States. Raises InconsistentHistory."""

    def __init__(self, events: Sequence[AnyEvent], kept: int = KEPT) -> None:
        first = len(events) - moments(events)
        if first == len(events):
            raise InconsistentHistory("no run is queued in it")
        self.events = tuple(events[first:])
        self._every = -(-len(self.events) // kept)
        state = State(keep_ended=True)
        for event in events[:first]:
            state = _fold(state, event)
        self._kept = [state]
        for number, event in enumerate(self.events, 1):
            state = _fold(state, event)
            if number % self._every == 0:
                self._kept.append(state)

    def __len__(self) -> int:
        return len(self.events)

    def state(self, number: int) -> State:
        """Return the State after the event of this number; 0 is before the first."""
        index = number // self._every
        state = self._kept[index]
        for event in self.events[index * self._every : number]:
            state = _fold(state, event)
        return state

    def through(self) -> Iterator[tuple[AnyEvent, State, State]]:
        """Yield every event in order, with the States before and after it."""
        before = self._kept[0]
        for event in self.events:
            after = _fold(before, event)
            yield event, before, after
            before = after

    def event(self, number: int) -> AnyEvent:
        """Return the event of this number."""
        return self.events[number - 1]

    def at(self, moment: float) -> int:
        """Return the number of the last event up to a time, or 1."""
        return max(1, bisect_right(self.events, moment, key=lambda event: event.at))


def _fold(state: State, event: AnyEvent) -> State:
    if event.seq <= state.seq or event.at < state.at:
        raise InconsistentHistory(f"event {event.seq} does not come after event {state.seq}")
    try:
        return evolve(state, event)
    except DOES_NOT_FIT as error:
        raise InconsistentHistory(f"event {event.seq} does not fit what came before it") from error
