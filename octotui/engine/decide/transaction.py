"""One turn of the engine: a State that moves on with every event emitted."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.events import AnyEvent, RunEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.evolve.runs import new_run
from octotui.engine.rules.masked_texts import Mask, masked
from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.rules.run_queue import concurrency_tag
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
        event = _with_facts(self.state, replace(event, seq=self.state.seq + 1, at=self.at))
        self.state = evolve(self.state, event)
        self.events.append(event)

    def budget(self, run: str) -> Budget:
        """The budget of a text of a run: a part of what that run, and no other one, has in this turn."""
        return text_budget(self._budgets.setdefault(run, Budget(ADVANCE_WORK)))

    def end_run(self, name: str, state: RunEnd, reason: str) -> None:
        """End a run; how often it warned stays known when it has left the State."""
        warnings = len(self.run(name).progress.warnings)
        self.emit(RunEnded(run=name, state=state, reason=reason, warnings=warnings))

    def run(self, name: str) -> Run:
        """A run as it is now."""
        return self.state.runs[name]

    def job(self, name: str) -> Job:
        """A job as it is now."""
        return self.state.jobs[name]


def _with_facts(state: State, event: AnyEvent) -> AnyEvent:
    """An event that has its number and date, with what the State before it makes of it.

    It follows from the moment at which the event is emitted, and is recorded in it, so that folding it again
    decides nothing, whatever the rules, the template language and the model say by then. How runs stand in
    line is no such fact: it follows from those that are there, also where retention has removed others.
    """
    match event:
        case events.RunQueued():
            return replace(event, tag=concurrency_tag(state, new_run(state, event)))
        case events.JobQueued():
            free = state.runs[event.run].progress.placed < state.model.engine.max_parallelism
            event = replace(event, has_place=event.kind != "manual" and free)
            return replace(event, undecided=_undecided(state, event)) if state.predicted else event
        case _:
            return event


def _undecided(state: State, event: events.JobQueued) -> tuple[str, ...]:
    """The outputs still to come that decide whether a job comes, on its target where it is for one."""
    if event.step is None:
        return ()
    return undecided(state, state.runs[event.run], event.step, event.target)
