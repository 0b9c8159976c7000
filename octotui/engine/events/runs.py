"""Events of runs, from the queue to their end."""

from msgspec import UNSET, UnsetType, field

from octotui.engine.state.records import (
    Event,
    Mode,
    Pick,
    RejectedCandidate,
    RunEnd,
    StepTargets,
)
from octotui.engine.state.releases import Release


class RunQueued(Event, frozen=True, tag=True):
    """A run was requested, by slugs; `parent` is the job that started it.

    With a `release` its definition is used instead of the model's; steps of `skip` are left out.
    `guided` says whether its failures ask people; `guidance` is the caller's choice, which child runs inherit
    (I7).
    `secrets` are the names of sensitive values that were given, and are not stored (V5).
    It is not queued before `not_before`; `schedule` and `due` name the schedule and time that started it.
    `warnings` are about the values that a step gave to it.
    `tag` is its expanded concurrency tag (Q2).
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
    """The start time of a run has come, and it joins the queue."""

    run: str


class RunMoved(Event, frozen=True, tag=True):
    """A queued run was moved to the top of the queue."""

    run: str
    by: str = ""
    origin: str = ""


class PackagesChosen(Event, frozen=True, tag=True):
    """The versions of a run's packages were chosen, by requirement (`tools`, `tools@1.2.0`), or cannot be."""

    run: str
    versions: dict[str, str]
    problems: tuple[str, ...] = ()


class RunStarted(Event, frozen=True, tag=True):
    """A queued run got a slot of the cap, the first time or again."""

    run: str


class RunAwaitsMachines(Event, frozen=True, tag=True):
    """A run waits until dynamic pools have a machine (W12), at most to `until`; with None no more.

    It needs the machines of other pools, `keeps`, as well, which have one.
    """

    run: str
    pools: tuple[str, ...]
    until: float | None
    keeps: tuple[str, ...] = ()


class RunAwaitsChecks(Event, frozen=True, tag=True):
    """A run waits until one of these workers has been checked for the first time (W4).

    It needs the machines of dynamic pools, `keeps`, as well, which have one.
    """

    run: str
    workers: tuple[str, ...]
    keeps: tuple[str, ...] = ()


class WorkersSelected(Event, frozen=True, tag=True):
    """Workers were selected and leased for all pending steps."""

    run: str
    picks: tuple[Pick, ...]


class WorkerReselected(Event, frozen=True, tag=True):
    """Steps that have not begun got another worker, since theirs is lost (`on_lost_worker`).

    `steps` are those of the picks at these `offsets` of the run's selection, which end their leases. Waiting
    jobs follow with a JobMoved each; in older journals they are in `jobs`, with the mode of the other lock.
    """

    run: str
    lost: str
    pick: Pick
    offsets: tuple[int, ...]
    reason: str
    jobs: dict[str, Mode | None] = field(default_factory=dict)


class TargetsSelected(Event, frozen=True, tag=True):
    """The targets of each step were selected, once for the whole run, and others rejected (S6)."""

    run: str
    steps: tuple[StepTargets, ...]
    rejected: tuple[RejectedCandidate, ...] = field(name="passed_over", default=())


class TargetExcluded(Event, frozen=True, tag=True):
    """A target was excluded from the rest of the run, `by` a user, or by a step's own rule if empty."""

    run: str
    target: str
    by: str
    reason: str


class TargetSkipped(Event, frozen=True, tag=True):
    """One step of a run is skipped on this target, for a reason."""

    run: str
    step: int
    target: str
    reason: str


class RunYielded(Event, frozen=True, tag=True):
    """A run released its slot, since it only waits for child runs (Q4)."""

    run: str


class RunResumed(Event, frozen=True, tag=True):
    """A run whose child run ended got a slot again."""

    run: str


class RunPaused(Event, frozen=True, tag=True):
    """A run waits for people, and released its slot, leases and tag (Q3, W7)."""

    run: str


class RunRequeued(Event, frozen=True, tag=True):
    """A run whose questions are all answered joined the queue again."""

    run: str


class RunCancelling(Event, frozen=True, tag=True):
    """A run is being ended early, and its state will be `ending` when its last job has ended."""

    run: str
    ending: RunEnd
    reason: str
    by: str | None = None
    origin: str = ""


class RunEnded(Event, frozen=True, tag=True):
    """A run ended."""

    run: str
    state: RunEnd
    reason: str = ""
    warnings: int = 0  # their number


class StepSkipped(Event, frozen=True, tag=True):
    """A step of a run is skipped, for a reason."""

    run: str
    step: int
    reason: str


class VariablePublished(Event, frozen=True, tag=True):
    """A step published a value to a variable set, for the run's environment, or without one for all."""

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
    | RunAwaitsMachines
    | RunAwaitsChecks
    | WorkersSelected
    | WorkerReselected
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
