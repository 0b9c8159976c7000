"""The State: everything that is known at one moment, as one immutable value.

Theory of operation. A *command* says what somebody wants, or what an executor saw. `advance` is the one
door: it lets `decide` turn the command into *events* (or refuse it), and then looks at each event once, in
order, for what may go on because of it (`schedule`): a lock that came free, a slot of the cap, the next
step. Every event passes through `evolve`, the only maker of States, before the next decision is taken.
Who stands in a line has as ticket the `seq` of the event that put it there.

What is known of a run stands with it, in parts: its `request`, which never changes, its `queueing`, its
`selection` of packages, workers and targets, and its `progress`. A file for each says how it works. The run
itself says only which one it is, how it stands and since when.

A *run* waits for its time, then in `ready`, or in the line of its concurrency tag; with a slot it is
executing. Its steps go group by group: the *jobs* of a group need a place (`max_parallelism`), then the lock
of their machine (`locks`: holders, and a line of those who wait), then they run. A run whose jobs all wait
for child runs yields its slot, and comes back through `resuming`, ahead of `ready`. A manual step ends its
group: the run pauses, gives everything back, and is queued anew when the last question is answered. All
that can fall due stands in `deadlines`, by time.

In a *guided* run a job that failed for good asks what is to become of it. The run is still executing and
keeps what it has; only the lock of the job's machine is given back, and asked for again on `retry`.

A *family* is a run and all it started. It leaves the State as a whole when its last run ends; with
`keep_ended` (a replay) it stays to be looked at.

None of these values can be part of a circle, so the garbage collector passes them by (`gc=False`): it would
look at all open runs again and again.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
from rpds import HashTrieMap

from octotui.engine.state.durations import Durations
from octotui.engine.state.machine_health import NEVER_CHECKED, MachineHealth
from octotui.engine.state.machine_leases import MachineLease, with_machines
from octotui.engine.state.records import (
    Artifact,
    Attempt,
    Health,
    Interruption,
    JobKind,
    JobOutage,
    JobProgress,
    Mode,
    Outcome,
    RunEnd,
)
from octotui.engine.state.releases import Release
from octotui.engine.state.run_progress import RunProgress
from octotui.engine.state.run_queueing import RunQueueing
from octotui.engine.state.run_request import RunRequest
from octotui.engine.state.run_selection import RunSelection
from octotui.engine.state.sequence import PersistentVector
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.model.complaints import Reason
from octotui.model.process import Manual, Runbook, Step
from octotui.model.space import Model, Space

__all__ = ["Interruption"]

if TYPE_CHECKING:
    Map: TypeAlias = HashTrieMap
else:  # rpds' maps are generic for the type checker alone
    Map = dict

Published = dict[str, dict[str, str]]
"""Published values of a variable set: by name, then by environment (`""`: without one)."""

RunState = Literal[
    "queued", "executing", "paused", "cancelling", "succeeded", "failed", "cancelled", "timed-out"
]
JobState = Literal[
    "waiting", "running", "asking", "succeeded", "succeeded-with-warnings", "failed", "cancelled", "lost"
]
ENDED = frozenset(("succeeded", "failed", "cancelled", "timed-out"))


class ForPlace(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A job waits for one of its run's `max_parallelism` places."""

    since: float


class ForLock(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A job waits for a machine's lock; its ticket is its place in the queue.

    `expected` are the seconds that the wait was to last, when it began; None where nobody could say.
    """

    since: float
    machine: str
    mode: Mode
    expected: float | None = None


class ForRetry(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A job waits for its backoff before a retry."""

    since: float
    until: float


class ForChild(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A job waits for its child run."""

    since: float
    run: str


class ForAnswer(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A job waits for an answer of people."""

    since: float
    interruption: str


Wait = ForPlace | ForLock | ForRetry | ForChild | ForAnswer


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One step of one run on one machine, a worker or a target; `step` is None for acquiring packages."""

    id: str
    run: str
    kind: JobKind
    step: int | None
    worker: str | None
    mode: Mode | None
    packages: tuple[tuple[str, str], ...] = ()
    state: JobState = "waiting"
    wait: Wait | None = None
    ticket: int = 0
    attempt: int = 0
    queued_at: float
    started_at: float | None = None
    ended_at: float | None = None
    deadline: float | None = None
    stopping: str = ""
    exit_code: int | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    child: str | None = None
    progress: JobProgress | None = None
    attempts: tuple[Attempt, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    highlights: tuple[str, ...] = ()
    number: int = 0  # among the jobs of its run, from 1
    outcome: Outcome | None = None  # of an attempt that failed, while people are asked about it
    target: str | None = None
    undecided: tuple[str, ...] = ()  # in a prediction: unknown outputs that decide whether it is needed
    expected: float | None = None  # seconds that its attempt was to take, when it started
    outage: JobOutage | None = None

    @property
    def place(self) -> tuple[int, str]:
        """Its entry in the sequences of its run."""
        return self.number, self.id


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One execution of a runbook, with the definition it was queued with."""

    id: str
    number: int
    root: str
    parent: str | None
    runbook: Runbook
    groups: tuple[tuple[int, ...], ...]
    request: RunRequest
    queueing: RunQueueing = RunQueueing()
    selection: RunSelection = RunSelection()
    progress: RunProgress = RunProgress()
    state: RunState = "queued"
    reason: str = ""
    ending: RunEnd = "cancelled"
    queued_at: float
    started_at: float | None = None
    ended_at: float | None = None
    executing_since: float | None = None
    spent: float = 0.0  # seconds of execution before `executing_since`
    deadline: float | None = None

    @property
    def title(self) -> str:
        """Its title: the runbook, or project and release."""
        release = self.request.release
        return release.title if release else self.runbook.name

    @property
    def place(self) -> tuple[int, int, str]:
        """Its entry in queues, sorted by rank and ticket (Q1)."""
        return self.queueing.rank, self.queueing.ticket, self.id

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.state in ENDED

    @property
    def yielded(self) -> bool:
        """Whether it released its slot while it waits for child runs (Q4)."""
        return self.state == "executing" and not self.queueing.slot

    @property
    def present(self) -> range:
        """The indexes of the steps of its present group."""
        current = self.progress.group
        group = self.groups[current] if current < len(self.groups) else ()
        return range(group[0], group[-1] + 1) if group else range(0)

    @property
    def needs_packages(self) -> tuple[str, ...]:
        """The requirements of applicable steps, without duplicates: `tools`, `container:alpine@3.x`."""
        needed: dict[str, None] = {}
        for step in self.runbook.steps:
            if self.not_applicable(step) is None:
                needed.update((each.text, None) for each in step.packages)
                needed.update((each, None) for each in step.images)
        return tuple(needed)

    @property
    def awaits_machines(self) -> bool:
        """Whether it waits for machines of dynamic pools before its workers are selected (W12)."""
        return self.selection.awaits_until is not None and not self.selection.leased

    @property
    def awaits_checks(self) -> bool:
        """Whether it waits for the first check of a worker before its workers are selected (W4)."""
        return bool(self.selection.checks)

    @property
    def awaits_workers(self) -> bool:
        """Whether it has a slot, and waits before its workers are selected."""
        return self.awaits_machines or self.awaits_checks

    @property
    def awaits_packages(self) -> bool:
        """Whether the versions of its packages must still be chosen."""
        return self.selection.versions is None and bool(self.needs_packages)

    def not_applicable(self, step: Step) -> Reason | None:
        """Return why a step does not apply to this run, or None (S4)."""
        asked = self.request
        if not step.enabled:
            return "it is disabled"
        if step.name in asked.skip:
            return f"left out by {asked.requester or 'the requester of the run'}"
        if step.environments and asked.environment not in step.environments:
            return f"it does not apply to environment {asked.environment or 'none'}"
        if step.channels and asked.channel not in step.channels:
            return f"it does not apply to channel {asked.channel or 'none'}"
        if missing := missing_tags(step.tenant_tags, asked.tenant_tags):
            return f"it applies only to tenants tagged {' or '.join(missing)}"
        return None


class Lock(msgspec.Struct, frozen=True, gc=False):
    """A machine's reader-writer lock: `(ticket, job)` of holders and of queued jobs, in order."""

    holders: SortedSequence = SortedSequence()
    exclusive: bool = False
    queue: SortedSequence = SortedSequence()


class ConcurrencyTag(msgspec.Struct, frozen=True, gc=False):
    """A concurrency tag, a mutex of runs: its holder, and the entries of queued runs."""

    holder: str | None = None
    queue: SortedSequence = SortedSequence()


class Family(msgspec.Struct, frozen=True, gc=False):
    """A run and all it started."""

    runs: PersistentVector[str]
    open: int


class State(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of a space at one moment; made by `evolve` alone."""

    model: Model = Model(space=Space("", ""))
    seq: int = 0
    at: float = 0.0
    keep_ended: bool = False
    predicted: bool = False  # simulated in virtual time: no script runs, so none sets an output
    next_run: int = 1
    next_interruption: int = 1
    runs: "Map[str, Run]" = HashTrieMap()
    jobs: "Map[str, Job]" = HashTrieMap()
    interruptions: "Map[str, Interruption]" = HashTrieMap()
    families: "Map[str, Family]" = HashTrieMap()
    locks: "Map[str, Lock]" = HashTrieMap()
    leases: "Map[str, SortedSequence]" = HashTrieMap()
    tags: "Map[str, ConcurrencyTag]" = HashTrieMap()
    cursors: "Map[str, str]" = HashTrieMap()
    health: "Map[str, Health]" = HashTrieMap()
    machines: "Map[str, MachineHealth]" = HashTrieMap()  # what else is known of their health
    check_queue: SortedSequence = SortedSequence()  # `(ticket, machine)` of those to be checked
    checks: SortedSequence = SortedSequence()  # `(since, machine)` of those that are being checked
    machine_leases: "Map[str, MachineLease]" = HashTrieMap()
    next_lease: int = 1
    awaiting: SortedSequence = SortedSequence()  # `(number, run)` of those that wait for a machine
    awaiting_checks: SortedSequence = SortedSequence()  # the same of those that wait for a first check
    slots: SortedSequence = SortedSequence()  # `(number, run)` of those that hold one
    ready: SortedSequence = SortedSequence()
    resuming: SortedSequence = SortedSequence()
    asking: SortedSequence = SortedSequence()
    deadlines: SortedSequence = SortedSequence()
    releases: "Map[str, Release]" = HashTrieMap()  # by `shop/1.2.0`
    newest: "Map[str, str]" = HashTrieMap()  # the version created last, by process
    current: "Map[str, str]" = HashTrieMap()  # the version deployed last, by `shop/production[/tenant]`
    releases_created: int = 0
    published: "Map[str, Published]" = HashTrieMap()  # by variable set
    schedules: "Map[str, float]" = HashTrieMap()  # the last due time of each
    missed: "Map[str, str]" = HashTrieMap()  # the reasons of those that missed their last run
    durations: "Map[str, Durations]" = HashTrieMap()  # by step and environment, and by machine
    earlier_durations: "Map[str, Durations]" = HashTrieMap()  # the generation before
    durations_recorded: int = 0  # the last event that has all of them


def in_force(state: State, model: Model) -> bool:
    """Return whether a declared model is that of a State, which also has the machines of its leases."""
    return with_machines(model, state.machine_leases) == state.model


def in_order(state: State) -> list[Run]:
    """Return all runs in the order they were queued; O(n log n)."""
    return sorted((run for _, run in state.runs.items()), key=lambda run: run.number)


def machine_health(state: State, machine: str) -> MachineHealth:
    """Return what is known of a machine's health."""
    return state.machines.get(machine, NEVER_CHECKED)


def is_lost(state: State, machine: str) -> bool:
    """Return whether a machine could not be reached for longer than its limit (M6)."""
    return machine_health(state, machine).lost is not None


def locked_keys(state: State) -> dict[str, tuple[str, ...]]:
    """Return the machines that wait for the passphrase of each key, in declared order (M1)."""
    waiting: dict[str, tuple[str, ...]] = {}
    for name in state.model.machines:
        key = machine_health(state, name).locked_key
        if key:
            waiting[key] = (*waiting.get(key, ()), name)
    return waiting


def cursor_key(pool: str, process: str) -> str:
    """Return the key of the cursor of a pool and a process (W5)."""
    return f"{pool}/{process}"


def missing_tags(wanted: Sequence[str], tags: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted tags of the first set that is not matched, or `()`: of each set, any one suffices."""
    sets: dict[str, list[str]] = {}
    for tag in wanted:
        sets.setdefault(tag.partition("/")[0], []).append(tag)
    return next((tuple(each) for each in sets.values() if not any(tag in tags for tag in each)), ())


def step_of(state: State, job: Job) -> Step | None:
    """Return the definition of a job's step; None for acquiring packages."""
    return None if job.step is None else state.runs[job.run].runbook.steps[job.step]


def manual_of(state: State, question: Interruption) -> Manual:
    """Return the manual action of a question; a failed job's question has default settings (I7)."""
    step = step_of(state, state.jobs[question.job])
    return (step and step.question) or Manual(instructions="")


def next_deadline(state: State) -> float | None:
    """Return the time of the next deadline, or None."""
    first = state.deadlines.first()
    return None if first is None else first[0]
