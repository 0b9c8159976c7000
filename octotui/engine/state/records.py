"""What events, commands and States say things with: picks, outcomes, answers, and the words for them."""

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
    """What every event has; the engine numbers and dates it."""

    seq: int = 0
    at: float = 0.0


class RejectedCandidate(msgspec.Struct, frozen=True, gc=False):
    """A worker, or target, that a selection looked at and did not take, and why."""

    worker: str
    reason: str


class Pick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One worker selected for steps of one lease key, and why it was this one (W6, W8)."""

    pool: str
    worker: str
    steps: tuple[int, ...]
    packages: tuple[str, ...] = ()
    container: str | None = None
    policy: str
    cursor_before: str | None = None
    cursor_after: str | None = None
    rejected: tuple[RejectedCandidate, ...] = msgspec.field(name="passed_over", default=())
    leases: int | None = None  # the live leases it had, where the policy looks at them


class Artifact(msgspec.Struct, frozen=True, gc=False):
    """A file that a script had kept (V7): its name among those of its job, and its size in bytes."""

    name: str
    size: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How an attempt ended on its machine, and what its script said: output variables and more (V7).

    Of sensitive outputs these are the names alone, in `secrets` (V5).
    """

    state: JobEnd
    exit_code: int | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    outputs: dict[str, str] = {}
    artifacts: tuple[Artifact, ...] = ()
    highlights: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one person answered to a question, and filled in: `secrets` are names alone (I6, V5)."""

    user: str
    answer: Answer
    at: float
    notes: str = ""
    values: dict[str, str] = {}
    secrets: tuple[str, ...] = ()


class StepTargets(msgspec.Struct, frozen=True, gc=False):
    """The targets that one step of a run goes to, in declared order."""

    step: int
    targets: tuple[str, ...]


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Events that retention removed, and the chain's hashes before the first and after the last, in hex."""

    first: int
    last: int
    before: str
    after: str


class JobProgress(msgspec.Struct, frozen=True, gc=False):
    """How far a job's script says it has come, from 0 to 100, and with what."""

    percentage: int
    message: str = ""


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """An attempt at a job that failed and was not the last."""

    reason: str
    exit_code: int | None
    started_at: float | None
    ended_at: float


class Interruption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A question to people: who may answer, who took it, what each has said."""

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
    untold: str = ""  # why nobody was told of it

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.ended_at is None
