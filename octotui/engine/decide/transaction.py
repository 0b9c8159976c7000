"""The unit of work of one command: a State that advances with every event emitted."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.estimates.lock_turns import expected_wait
from octotui.engine.events import AnyEvent, RunEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.evolve.runs import new_run
from octotui.engine.rules.masked_texts import Mask, masked
from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.rules.run_queue import concurrency_tag
from octotui.engine.state import Job, Mode, Run, RunEnd, State
from octotui.variables.budget import ADVANCE_WORK, Budget, text_budget


class Transaction:
    """The context of `decide` and `schedule`: they read `state`, and change it by emitting events."""

    def __init__(self, state: State, at: float, mask: Mask | None = None) -> None:
        self.mask = mask
        self.state = state
        self.at = max(at, state.at)  # monotonic, even if the clock is set back
        self.events: list[AnyEvent] = []
        self.steps: list[State] = []  # the State after each event
        self.looked_at = 0  # the number of events that `schedule` has reacted to
        self._budgets: dict[str, Budget] = {}

    def emit(self, event: AnyEvent) -> None:
        """Number, date and mask an event, record its facts, and apply it to the State."""
        event = event if self.mask is None else masked(event, self.mask)
        event = _with_facts(self.state, replace(event, seq=self.state.seq + 1, at=self.at))
        self.state = evolve(self.state, event)
        self.events.append(event)
        self.steps.append(self.state)

    def budget(self, run: str) -> Budget:
        """Return the budget of one text, as a part of its run's budget in this transaction."""
        return text_budget(self._budgets.setdefault(run, Budget(ADVANCE_WORK)))

    def end_run(self, name: str, state: RunEnd, reason: str) -> None:
        """End a run; the event keeps the number of its warnings."""
        warnings = len(self.run(name).progress.warnings)
        self.emit(RunEnded(run=name, state=state, reason=reason, warnings=warnings))

    def expected_wait(self, job: Job) -> float | UnsetType:
        """Return about how long a job waits that queues for its lock now (E3)."""
        return _wait(self.state, job.worker, job.mode, self.at)

    def run(self, name: str) -> Run:
        """Return a run as it is now."""
        return self.state.runs[name]

    def job(self, name: str) -> Job:
        """Return a job as it is now."""
        return self.state.jobs[name]


def _with_facts(state: State, event: AnyEvent) -> AnyEvent:
    """Add the facts to an event that depend on rules and on the State before it.

    They are recorded, so that replaying the event decides nothing, whatever the rules, the template language
    and the model are by then. Positions in queues are no such facts: they follow from the queued runs, also
    where retention has removed others.
    """
    match event:
        case events.RunQueued():
            return replace(event, tag=concurrency_tag(state, new_run(state, event)))
        case events.JobQueued():
            free = state.runs[event.run].progress.placed < state.model.engine.max_parallelism
            wait = _wait(state, event.worker, event.mode, event.at) if free else UNSET
            has_place = event.kind != "manual" and free if event.has_place is UNSET else event.has_place
            event = replace(event, has_place=has_place, expected_wait=wait)
            return replace(event, undecided=_undecided(state, event)) if state.predicted else event
        case _:
            return event


def _wait(state: State, machine: str | None, mode: Mode | None, at: float) -> float | UnsetType:
    """Return about how long a job waits that queues for a lock now (E3)."""
    wait = expected_wait(state, machine, mode, at)
    return UNSET if wait is None else wait


def _undecided(state: State, event: events.JobQueued) -> tuple[str, ...]:
    """Return the unknown outputs that decide whether a job is needed, on its target if it has one."""
    if event.step is None:
        return ()
    return undecided(state, state.runs[event.run], event.step, event.target)
