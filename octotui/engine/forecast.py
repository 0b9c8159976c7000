"""A forecast: the present State, advanced as if every attempt took about as long as the last ones did.

It asks `advance` itself, so that locks, queues, slots, tags, places and the order of steps are what they
are. Attempts succeed; nobody answers questions; no schedule starts a run; time limits do not strike. An
attempt of which too little is known never ends here, so that nothing is said of what follows from it.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from math import inf

import msgspec
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import (
    ChoosePackages,
    Command,
    ReportHealth,
    ReportMachine,
    ReportOutcome,
    StartRun,
    Tick,
)
from octotui.engine.estimates.jobs import durations_of, ends_at, key_of
from octotui.engine.events import AnyEvent
from octotui.engine.state import ForRetry, Job, Outcome, State, in_order
from octotui.engine.state.durations import pool_key
from octotui.engine.state.machine_leases import leases_in_order
from octotui.model.machines.endpoints import LOCAL

MOST_EVENTS = 1000
"""The events of a forecast, by which its cost is bounded; of what comes later nothing is said."""
DONE, STOPPED = Outcome(state="succeeded", exit_code=0), Outcome(state="cancelled")


class Forecast(msgspec.Struct, frozen=True):
    """About when jobs start, and when runs start and end, as far as it is known."""

    at: float = 0.0
    job_starts: dict[str, float] = {}
    run_starts: dict[str, float] = {}
    run_ends: dict[str, float] = {}

    def last_end(self, runs: Iterable[str]) -> float | None:
        """Return about when the last of several runs ends; None where one of their ends is unknown."""
        ends = [self.run_ends.get(run) for run in runs]
        known = [end for end in ends if end is not None]
        return max(known, default=None) if len(known) == len(ends) else None


UNKNOWN = Forecast()
"""A forecast of nothing."""


class StartForecast(msgspec.Struct, frozen=True):
    """A run that would start now: its id, the States `before` it, when it was `queued`, and at the `end`."""

    run: str
    before: State
    queued: State
    end: State
    coming: Forecast
    happened: tuple[AnyEvent, ...]


def forecast(state: State, now: float, most: int = MOST_EVENTS) -> Forecast:
    """Forecast what becomes of open runs; O(most) events, beside the present jobs."""
    play = Play(state, now)
    play.run(most)
    return play.found


def forecast_start(state: State, start: StartRun, now: float, most: int = MOST_EVENTS) -> StartForecast:
    """Forecast a run that starts now, beside the open ones; O(most) events. Raises Refused."""
    play = Play(state, now)
    play.send(start, play.now)
    queued = play.state
    run = next(event.run for event in play.happened if isinstance(event, events.RunQueued))
    play.run(most)
    return StartForecast(run, play.before, queued, play.state, play.found, tuple(play.happened))


class Play:
    """A State that is advanced in the time of a forecast."""

    def __init__(self, state: State, now: float) -> None:
        self.known = state
        self.before = self.state = replace(state, predicted=True)
        self.now = max(now, state.at)
        self.happened: list[AnyEvent] = []
        self.found = Forecast(self.now, {}, {}, {})
        self._running: list[tuple[float, str]] = []
        self._waiting = iter(
            [run.id for run in in_order(state) if run.awaits_packages and run.state == "queued"]
        )
        for lease in leases_in_order(state.machine_leases):
            if lease.phase in ("requested", "starting"):
                self._push(lease.id, self.provisioned(lease.pool, lease.requested_at))
        for lock in state.locks.values():
            for _, name in lock.holders:
                self._push(name, self.ends(state.jobs[name]))

    def ends(self, job: Job) -> float:
        """Return about when an attempt ends that runs already, `inf` where nobody can say."""
        return ends_at(self.known, job, self.now)

    def run(self, most: int) -> None:
        """Go on until nothing is left, or `most` events have happened."""
        for _, name in self.known.awaiting_checks:  # each check that a run waits for soon finds its machine
            if (run := self.state.runs.get(name)) is not None and run.awaits_checks:
                self.send(ReportHealth(worker=run.selection.checks[0], health="healthy"), self.now)
        while len(self.happened) < most and (self.choose(next(self._waiting, None)) or self.step()):
            pass

    def choose(self, name: str | None) -> bool:
        """Choose some versions for a run, which takes no time to speak of; return False without a run."""
        run = None if name is None else self.state.runs.get(name)
        if run is not None and run.awaits_packages:
            versions = {each: each.partition("@")[2] or "0" for each in run.needs_packages}
            self.send(ChoosePackages(run=run.id, versions=versions), self.now)
        return name is not None

    def step(self) -> bool:
        """Let the next thing happen; return False where nothing is left."""
        due = self._next_due()
        if self._running and self._running[0][0] <= due:
            at, name = heappop(self._running)
            if name in self.state.machine_leases:
                self._ask_again(name, at)
                self.send(ReportMachine(lease=name, machine=name, endpoint=LOCAL), at)
                return True
            job = self.state.jobs[name]
            outcome = STOPPED if job.stopping else self.outcome(job)
            self.send(ReportOutcome(job=name, attempt=job.attempt, outcome=outcome), at)
        elif due < inf:
            self.send(Tick(), due)
        else:
            return False
        return True

    def _ask_again(self, lease: str, at: float) -> None:
        """Take a machine that has not been reached for one that its provider has not said yet."""
        if (known := self.state.machine_leases[lease]).phase == "starting":
            from octotui.engine.evolve.evolve import evolve  # noqa: PLC0415 - as below

            asked = events.ProvisioningFailed(lease=lease, reason="", seq=self.state.seq, at=at)
            state = evolve(self.state, asked)
            self.state = replace(state, health=state.health.discard(known.worker))

    def _next_due(self) -> float:
        """Return the time of the next start or retry, or `inf`; limits and expiries before it are dropped."""
        while (first := self.state.deadlines.first()) is not None:
            job = self.state.jobs.get(first[1])
            if isinstance(job.wait, ForRetry) if job else _starts_later(self.state, first[1]):
                return float(first[0])
            self.state = replace(self.state, deadlines=self.state.deadlines.discard(first))
        return inf

    def send(self, command: Command, at: float) -> None:
        """Advance the State by a command; raises Refused."""
        self.now = max(self.now, at)
        from octotui.engine.advance import advance  # noqa: PLC0415 - the board loads quicker without it

        self.state, happened = advance(self.state, command, self.now)
        self.happened += happened
        for event in happened:
            self.note(event)

    def note(self, event: AnyEvent) -> None:
        """Note what an event tells of the future; it is one of those of a command that was just sent."""
        match event:
            case events.JobStarted() if event.job in self.state.jobs:
                self.found.job_starts.setdefault(event.job, self.now)
                self._push(event.job, self.now + self.takes(self.state.jobs[event.job]))
            case events.RunStarted() | events.RunResumed():
                self.found.run_starts.setdefault(event.run, self.now)
            case events.MachineRequested():
                self._push(event.lease, self.provisioned(event.pool, self.now))
            case events.RunEnded():
                self.found.run_ends[event.run] = self.now
            case events.RunQueued() if event.run in self.state.runs:
                self.choose(event.run)
            case _:
                pass

    def outcome(self, job: Job) -> Outcome:
        """Return how an attempt ends that is not stopped."""
        return DONE

    def takes(self, job: Job) -> float:
        """Return about how long an attempt takes; the forecast's own durations do not count."""
        key = key_of(self.state, job)
        takes = None if key is None else durations_of(self.known, key).about
        return inf if takes is None else takes

    def provisioned(self, pool: str, since: float) -> float:
        """Return about when a machine that was requested is ready, `inf` where nobody can say (W12)."""
        takes = durations_of(self.known, pool_key(pool)).about
        return inf if takes is None else max(self.now, since + takes)

    def _push(self, name: str, end: float) -> None:
        if end < inf:
            heappush(self._running, (end, name))


def _starts_later(state: State, name: str) -> bool:
    run = state.runs.get(name)  # None for a deadline of a machine: a forecast checks none
    return run is not None and run.queueing.not_before is not None
