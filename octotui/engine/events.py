"""What has happened: the only thing that changes a State, and what the journal keeps.

Each event is one JSON object, `{"type": …, "seq": …, "at": …, …}`; `seq` counts from 1 without gaps and
`at` is seconds since 1970 (UTC).
"""

from msgspec import field

from octotui.engine.events_asking import (
    InterruptionAnswered,
    InterruptionClosed,
    InterruptionHandedOver,
    InterruptionRaised,
    InterruptionReleased,
    InterruptionTaken,
    NoticeFailed,
)
from octotui.engine.kept import Kept
from octotui.engine.releases import Release
from octotui.engine.terms import (
    Artifact,
    Event,
    FileKind,
    Gap,
    Health,
    JobEnd,
    JobKind,
    Mode,
    Outcome,
    PassedOver,
    Pick,
    RunEnd,
    StepTargets,
)
from octotui.model.space import Model

__all__ = [
    "Event",
    "InterruptionAnswered",
    "InterruptionClosed",
    "InterruptionHandedOver",
    "InterruptionRaised",
    "InterruptionReleased",
    "InterruptionTaken",
    "NoticeFailed",
]


class ModelLoaded(Event, frozen=True, tag=True):
    """The declared world is this from now on; runs that are open keep their own definition."""

    model: Model


class HealthChanged(Event, frozen=True, tag=True):
    """A worker's, or target's, health was found to be this."""

    worker: str
    health: Health


class RunQueued(Event, frozen=True, tag=True):
    """A run was asked for, by slugs; `parent` is the job that started it.

    With a `release` the run does what that one says, whatever is declared; steps of `skip` are left out.
    `guided` says whether its failures ask people, and `guidance` what the caller said about that, which holds
    for the runs it starts, too (I7).
    `secrets` are the names of sensitive values that were given, which stand nowhere (V5).
    It stands in no line until `not_before`; `schedule` and `due` say which time of which schedule it is.
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


class ReleaseCreated(Event, frozen=True, tag=True):
    """A process, as it was declared, can be deployed under a version."""

    release: Release
    requester: str = ""
    origin: str = ""


class VariablePublished(Event, frozen=True, tag=True):
    """A step gave a variable of a variable set its value for the run's environment; without one: for all."""

    run: str
    variable_set: str
    name: str
    value: str
    environment: str | None = None


class RunDue(Event, frozen=True, tag=True):
    """The time has come that a run waited for, and it stands in the queue."""

    run: str


class ScheduleMissed(Event, frozen=True, tag=True):
    """A schedule could not start its run of this time, and why."""

    schedule: str
    due: float
    reason: str


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
    passed_over: tuple[PassedOver, ...] = ()


class TargetExcluded(Event, frozen=True, tag=True):
    """The rest of the run goes without this target; `by` is empty where a step's own rule says so."""

    run: str
    target: str
    by: str
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


class JobQueued(Event, frozen=True, tag=True):
    """A step needs this done: on which machine, in which mode of its lock (None: no lock)."""

    run: str
    job: str
    kind: JobKind
    step: int | None = None
    worker: str | None = None
    mode: Mode | None = None
    packages: tuple[tuple[str, str], ...] = ()
    target: str | None = None


class JobPlaced(Event, frozen=True, tag=True):
    """A job that waited for one of its run's places has one, and asks for its lock."""

    run: str
    job: str


class JobStarted(Event, frozen=True, tag=True):
    """A job has its lock and starts."""

    run: str
    job: str
    attempt: int = 1


class JobStopping(Event, frozen=True, tag=True):
    """A running job is to be ended: TERM, its grace, KILL; it keeps its lock until it is gone."""

    run: str
    job: str
    reason: str


class AttemptFailed(Event, frozen=True, tag=True):
    """An attempt failed and the job tries again at `retry_at`; until then it holds no lock.

    Where there is no such time, people are asked, and `outcome` is what it ends with if they say so (I7).
    """

    run: str
    job: str
    reason: str
    retry_at: float | None
    exit_code: int | None = None
    artifacts: tuple[Artifact, ...] = ()
    outcome: Outcome | None = None


class JobRetried(Event, frozen=True, tag=True):
    """The wait before another attempt is over, or people want one, and the job asks for its lock again."""

    run: str
    job: str


class JobProgressed(Event, frozen=True, tag=True):
    """A running job's script says how far it has come, from 0 to 100."""

    run: str
    job: str
    percentage: int
    message: str = ""


class JobEnded(Event, frozen=True, tag=True):
    """A job is over, and the lock of its worker free."""

    run: str
    job: str
    state: JobEnd
    worker: str | None = None
    exit_code: int | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    artifacts: tuple[Artifact, ...] = ()
    highlights: tuple[str, ...] = ()


class ActionRefused(Event, frozen=True, tag=True):
    """Somebody was refused what they asked for; `action` is the name of the command."""

    user: str
    action: str
    subject: str = ""
    reason: str = ""
    origin: str = ""


class RunsRemoved(Event, frozen=True, tag=True):
    """Ended runs, with all they started, are no longer in the journal, and their logs and artifacts are gone.

    `gaps` is where events are missing since; `kept` is what the space still knows of all that was before.
    """

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    kept: Kept | None = None


class FilesRemoved(Event, frozen=True, tag=True):
    """Logs, artifacts or workspaces of so many ended runs were removed; the runs are still known."""

    kind: FileKind
    runs: int


AnyEvent = (
    ModelLoaded
    | HealthChanged
    | RunQueued
    | ReleaseCreated
    | VariablePublished
    | RunDue
    | RunMoved
    | ScheduleMissed
    | PackagesChosen
    | RunStarted
    | WorkersSelected
    | TargetsSelected
    | TargetExcluded
    | RunYielded
    | RunResumed
    | RunPaused
    | RunRequeued
    | RunCancelling
    | RunEnded
    | StepSkipped
    | JobQueued
    | JobPlaced
    | JobStarted
    | JobStopping
    | AttemptFailed
    | JobRetried
    | JobProgressed
    | JobEnded
    | InterruptionRaised
    | InterruptionTaken
    | InterruptionAnswered
    | InterruptionReleased
    | InterruptionHandedOver
    | NoticeFailed
    | InterruptionClosed
    | ActionRefused
    | RunsRemoved
    | FilesRemoved
)
