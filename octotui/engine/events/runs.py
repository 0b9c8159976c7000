"""Events of runs, from the queue to their end."""

from msgspec import UNSET, UnsetType, field

from octotui.engine.state.records import (
    Event,
    Pick,
    RejectedCandidate,
    RunEnd,
    StepTargets,
)
from octotui.engine.state.releases import Release


class RunQueued(Event, frozen=True, tag=True):
    """A run was asked for, by slugs; `parent` is the job that started it.

    With a `release` the run does what that one says, whatever is declared; steps of `skip` are left out.
    `guided` says whether its failures ask people, and `guidance` what the caller said about that, which holds
    for the runs it starts, too (I7).
    `secrets` are the names of sensitive values that were given, which stand nowhere (V5).
    It stands in no line until `not_before`; `schedule` and `due` say which time of which schedule it is.
    `warnings` are of the values that a step gave to it.
    `tag` is its concurrency tag, as it was filled in (Q2).
    """

    run: str
    root: str
    process: str
    name: str
    environment: str | None = None
    tenant: str | None = None
    parent: str | None = None
    requester: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    release: Release | None = None
    skip: tuple[str, ...] = ()
    guided: bool = False
    guidance: bool | None = None
    secrets: tuple[str, ...] = ()
    priority: bool = False
    not_before: float | None = None
    schedule: str | None = None
    due: float | None = None
    origin: str = ""
    warnings: tuple[str, ...] = ()
    tag: str | UnsetType | None = UNSET


class RunDue(Event, frozen=True, tag=True):
    """The time has come that a run waited for, and it stands in the queue."""

    run: str


class RunMoved(Event, frozen=True, tag=True):
    """A queued run was moved to the top of the queue."""

    run: str
    by: str = ""
    origin: str = ""


class PackagesChosen(Event, frozen=True, tag=True):
    """The versions of a run's packages are fixed, by requirement (`tools`, `tools@1.2.0`); or cannot be."""

    run: str
    versions: dict[str, str]
    problems: tuple[str, ...] = ()


class RunStarted(Event, frozen=True, tag=True):
    """A queued run took a slot of the cap, the first time or again."""

    run: str


class WorkersSelected(Event, frozen=True, tag=True):
    """Workers were leased for all steps still to come."""

    run: str
    picks: tuple[Pick, ...]


class TargetsSelected(Event, frozen=True, tag=True):
    """The targets of each step are known, once for the whole run, and those it goes without (S6)."""

    run: str
    steps: tuple[StepTargets, ...]
    rejected: tuple[RejectedCandidate, ...] = field(name="passed_over", default=())


class TargetExcluded(Event, frozen=True, tag=True):
    """The rest of the run goes without this target; `by` is empty where a step's own rule says so."""

    run: str
    target: str
    by: str
    reason: str


class TargetSkipped(Event, frozen=True, tag=True):
    """One step of a run will not run on this target, and why."""

    run: str
    step: int
    target: str
    reason: str


class RunYielded(Event, frozen=True, tag=True):
    """A run gave its slot back, since waiting for children is all it does (Q4)."""

    run: str


class RunResumed(Event, frozen=True, tag=True):
    """A run whose child ended took a slot again."""

    run: str


class RunPaused(Event, frozen=True, tag=True):
    """A run waits for people: its slot, leases and tag are given back (Q3, W7)."""

    run: str


class RunRequeued(Event, frozen=True, tag=True):
    """A run whose questions are all answered stands in the queue again."""

    run: str


class RunCancelling(Event, frozen=True, tag=True):
    """A run is being ended before its time, and will be `ending` when its last job has gone."""

    run: str
    ending: RunEnd
    reason: str
    by: str | None = None
    origin: str = ""


class RunEnded(Event, frozen=True, tag=True):
    """A run is over."""

    run: str
    state: RunEnd
    reason: str = ""
    warnings: int = 0  # how many there were


class StepSkipped(Event, frozen=True, tag=True):
    """A step of this run will not run, and why."""

    run: str
    step: int
    reason: str


class VariablePublished(Event, frozen=True, tag=True):
    """A step gave a variable of a variable set its value for the run's environment; without one: for all."""

    run: str
    variable_set: str
    name: str
    value: str
    environment: str | None = None


RunEvent = (
    RunQueued
    | RunDue
    | RunMoved
    | PackagesChosen
    | RunStarted
    | WorkersSelected
    | TargetsSelected
    | TargetExcluded
    | TargetSkipped
    | RunYielded
    | RunResumed
    | RunPaused
    | RunRequeued
    | RunCancelling
    | RunEnded
    | StepSkipped
    | VariablePublished
)
