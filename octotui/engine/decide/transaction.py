"""One turn of the engine: a State that moves on with every event emitted."""

from msgspec.structs import replace

from octotui.engine.events import AnyEvent, RunEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.evolve.recorded_facts import with_facts
from octotui.engine.rules.masked_texts import Mask, masked
from octotui.engine.state import Job, Run, RunEnd, State
from octotui.variables.budget import ADVANCE_WORK, Budget, text_budget


class Transaction:
    """What `decide` and `schedule` work on: they read `state`, and change it by emitting events."""

    def __init__(self, state: State, at: float, mask: Mask | None = None) -> None:
        self.mask = mask
        self.state = state
        self.at = max(at, state.at)  # a clock that is set back does not turn time back
        self.events: list[AnyEvent] = []
        self.looked_at = 0  # how many of the events `schedule` has looked at
        self._budgets: dict[str, Budget] = {}

    def emit(self, event: AnyEvent) -> None:
        """Number and date an event, mask its texts, record its facts, and let it change the State at once."""
        event = event if self.mask is None else masked(event, self.mask)
        event = with_facts(self.state, replace(event, seq=self.state.seq + 1, at=self.at))
        self.state = evolve(self.state, event)
        self.events.append(event)

    def budget(self, run: str) -> Budget:
        """The budget of a text of a run: a part of what that run, and no other one, has in this turn."""
        return text_budget(self._budgets.setdefault(run, Budget(ADVANCE_WORK)))

    def end_run(self, name: str, state: RunEnd, reason: str) -> None:
        """End a run; how often it warned stays known when it has left the State."""
        warnings = len(self.run(name).warnings)
        self.emit(RunEnded(run=name, state=state, reason=reason, warnings=warnings))

    def run(self, name: str) -> Run:
        """A run as it is now."""
        return self.state.runs[name]

    def job(self, name: str) -> Job:
        """A job as it is now."""
        return self.state.jobs[name]
