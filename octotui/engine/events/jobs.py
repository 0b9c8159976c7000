"""Events of jobs and their attempts."""

from msgspec import UNSET, UnsetType, field

from octotui.engine.state.records import (
    Artifact,
    Event,
    JobEnd,
    JobKind,
    Mode,
    Outcome,
)


class JobQueued(Event, frozen=True, tag=True):
    """A step needs this done: on which machine, in which mode of its lock (None: no lock).

    `has_place` says whether it has one of its run's places at once, or waits for one (S5); `undecided`, in a
    prediction, the outputs that decide whether it comes at all (S3).
    """

    run: str
    job: str
    kind: JobKind
    step: int | None = None
    worker: str | None = None
    mode: Mode | None = None
    packages: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    has_place: bool | UnsetType = UNSET
    undecided: tuple[str, ...] | UnsetType = UNSET


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
    """A job is over, and the lock of its worker free; `secrets` are names of sensitive outputs (V5)."""

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
    secrets: tuple[str, ...] = ()


JobEvent = (
    JobQueued | JobPlaced | JobStarted | JobStopping | AttemptFailed | JobRetried | JobProgressed | JobEnded
)
