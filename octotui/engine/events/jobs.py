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
    """A job was queued, for a machine and in a mode of its lock (None: no lock).

    `has_place` says whether it has one of its run's places at once (S5); `undecided`, in a prediction, are
    the outputs that decide whether it is needed at all (S3); `expected_wait` is about how many seconds it
    waits for its lock (E3).
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
    expected_wait: float | UnsetType = UNSET


class JobPlaced(Event, frozen=True, tag=True):
    """A waiting job got one of its run's places, and queues for its lock."""

    run: str
    job: str
    expected_wait: float | UnsetType = UNSET


class JobStarted(Event, frozen=True, tag=True):
    """A job acquired its lock, and an attempt starts, which takes about `expected` seconds (E1)."""

    run: str
    job: str
    attempt: int = 1
    expected: float | UnsetType = UNSET


class JobStopping(Event, frozen=True, tag=True):
    """A running job is being stopped: TERM, grace, KILL; it keeps its lock until it has ended."""

    run: str
    job: str
    reason: str


class AttemptFailed(Event, frozen=True, tag=True):
    """An attempt failed, and the job is retried at `retry_at`; until then it holds no lock.

    Without `retry_at` people are asked, and `outcome` is the result of the job if they answer `fail` (I7).
    """

    run: str
    job: str
    reason: str
    retry_at: float | None
    exit_code: int | None = None
    artifacts: tuple[Artifact, ...] = ()
    outcome: Outcome | None = None


class JobRetried(Event, frozen=True, tag=True):
    """A job is retried, after its backoff or by an answer, and queues for its lock again."""

    run: str
    job: str
    expected_wait: float | UnsetType = UNSET


class JobProgressed(Event, frozen=True, tag=True):
    """A running script reported its progress, from 0 to 100."""

    run: str
    job: str
    percentage: int
    message: str = ""


class JobMoved(Event, frozen=True, tag=True):
    """A job that has not begun gets another worker, as its own is lost, and joins the line of its lock."""

    run: str
    job: str
    worker: str
    mode: Mode | None


class JobUnreachable(Event, frozen=True, tag=True):
    """The machine of a running job is away, and the job goes on there; tried next at `next_try`.

    Without it, the next tries are not recorded: they go on as often as they ever do.
    """

    run: str
    job: str
    reason: str
    next_try: float | None = None


class JobReached(Event, frozen=True, tag=True):
    """The machine of a running job answers again."""

    run: str
    job: str


class JobEnded(Event, frozen=True, tag=True):
    """A job ended and released its lock; `secrets` are names of sensitive outputs (V5).

    `digests` are those of the images that it has brought to its worker (S8).
    """

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
    digests: dict[str, str] = field(default_factory=dict)


JobEvent = (JobQueued | JobPlaced | JobStarted | JobStopping | AttemptFailed | JobRetried) | (
    JobMoved | JobProgressed | JobUnreachable | JobReached | JobEnded
)
