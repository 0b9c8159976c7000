"""Records shared by events, commands and States: picks, outcomes, answers, and their enumerations."""

from typing import Literal

import msgspec

JobKind = Literal["script", "acquire", "runbook", "manual"]
Mode = Literal["shared", "exclusive"]
Health = Literal["healthy", "has-warnings", "unhealthy", "unavailable"]
Answer = Literal["proceed", "abort", "retry", "ignore", "fail", "exclude"]
Question = Literal["manual", "guided"]
RunEnd = Literal["succeeded", "failed", "cancelled", "timed-out"]
FileKind = Literal["logs", "artifacts", "workspaces"]
JobEnd = Literal["succeeded", "succeeded-with-warnings", "failed", "cancelled", "lost"]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """Base of all events; the engine sets number (`seq`) and time (`at`)."""

    seq: int = 0
    at: float = 0.0


class RejectedCandidate(msgspec.Struct, frozen=True, gc=False):
    """A worker or target that a selection rejected, with the reason."""

    worker: str
    reason: str


class StepTargets(msgspec.Struct, frozen=True, gc=False):
    """The targets of one step of a run, in declared order."""

    step: int
    targets: tuple[str, ...]


class Pick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One worker selected for the steps of one lease key, with the data of the decision (W6, W8)."""

    pool: str
    worker: str
    steps: tuple[int, ...]
    packages: tuple[str, ...] = ()
    container: str | None = None
    policy: str
    cursor_before: str | None = None
    cursor_after: str | None = None
    rejected: tuple[RejectedCandidate, ...] = msgspec.field(name="passed_over", default=())
    leases: int | None = None  # its live leases, for the policy least-leases
    needs: tuple[str, ...] = ()  # tools that its steps need (M4)
    for_targets: tuple[StepTargets, ...] = ()  # steps, and the Kubernetes targets they go to from here (W13)

    @property
    def all_steps(self) -> tuple[int, ...]:
        """The steps that have any job here, in order."""
        return tuple(sorted({*self.steps, *(each.step for each in self.for_targets)}))


class Artifact(msgspec.Struct, frozen=True, gc=False):
    """A file kept from a script (V7): its name, unique in the job, and its size in bytes."""

    name: str
    size: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The result of an attempt on its machine, with outputs and messages of its script (V7).

    `secrets` are the names of sensitive outputs, whose values are not stored (V5). `digests` are those of the
    images that an acquisition has found or pulled (S8).
    """

    state: JobEnd
    exit_code: int | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    outputs: dict[str, str] = {}
    artifacts: tuple[Artifact, ...] = ()
    highlights: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    digests: dict[str, str] = {}


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person's answer to a question, with field values; `secrets` are names alone (I6, V5)."""

    user: str
    answer: Answer
    at: float
    notes: str = ""
    values: dict[str, str] = {}
    secrets: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True, gc=False):
    """A range of removed events, and the chain's hashes before the first and after the last, in hex."""

    first: int
    last: int
    before: str
    after: str


class JobProgress(msgspec.Struct, frozen=True, gc=False):
    """Progress that a script reported, from 0 to 100, with a message."""

    percentage: int
    message: str = ""


class JobOutage(msgspec.Struct, frozen=True, gc=False):
    """The machine of a running job is away, since when and why; `next_try` is when it is tried next."""

    since: float
    reason: str
    next_try: float | None = None


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """A failed attempt that was not the last of its job."""

    reason: str
    exit_code: int | None
    started_at: float | None
    ended_at: float


class Interruption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A question to people: eligible teams, the responsible user, the answers."""

    id: str
    run: str
    job: str
    step: str
    instructions: str
    teams: tuple[str, ...]
    raised_at: float
    responsible: str | None = None
    answer: Answer | None = None
    notes: str = ""
    ended_at: float | None = None
    kind: Question = "manual"
    choices: tuple[Answer, ...] = ("proceed", "abort")
    answers: tuple[GivenAnswer, ...] = msgspec.field(name="said", default=())
    expired: bool = False
    untold: str = ""  # why its notification failed

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.ended_at is None
