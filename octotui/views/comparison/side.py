"""One of two runs that are compared: the State that its events lead to, and the model it began with."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from octotui.engine.events import AnyEvent, ModelLoaded, RunQueued
from octotui.engine.state import Run, State
from octotui.views.timeline.recorder import Timeline


class Side:
    """A run with its family's events; `now` is the end of what has not ended."""

    def __init__(self, run: str, past: Iterable[AnyEvent], now: float) -> None:
        """Fold the events; raises KeyError where the run is not among them."""
        events = tuple(past)
        queued = next((each for each in events if isinstance(each, RunQueued) and each.run == run), None)
        if queued is None:
            raise KeyError(run)
        self.timeline = Timeline(queued.root, events)
        self.name = run
        self.now = now
        self.model = _digest(events, queued.seq)

    @property
    def state(self) -> State:
        """The State after its last event."""
        return self.timeline.state

    @property
    def run(self) -> Run:
        """The run."""
        return self.timeline.run(self.name)

    @property
    def began(self) -> float:
        """When it started, or was queued where it has not."""
        return self.run.queued_at if self.run.started_at is None else self.run.started_at

    @property
    def seconds(self) -> float:
        """How long it took, from when it was queued."""
        end = self.run.ended_at
        return (self.now if end is None else end) - self.run.queued_at


def _digest(events: Iterable[AnyEvent], before: int) -> str:
    """Return the beginning of the SHA-256 of the model that was in force when a run was queued."""
    models = [each for each in events if isinstance(each, ModelLoaded) and each.seq < before]
    return sha256(msgspec.json.encode(models[-1].model, order="sorted")).hexdigest()[:12] if models else ""
