"""What is asked of the engine; one that makes no sense is `Refused` and changes nothing."""

import msgspec

from octotui.engine.state import Answer, FileKind, Gap, Health, Outcome
from octotui.model.space import Model


class Refused(Exception):
    """A command that fits no state; its text is a sentence that says why and what to do."""


class LoadModel(msgspec.Struct, frozen=True, tag=True):
    """Take this model as the declared world."""

    model: Model


class ReportHealth(msgspec.Struct, frozen=True, tag=True):
    """A worker, or a target, was checked."""

    worker: str
    health: Health


class StartRun(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Queue a run of a runbook or a release, by slugs; `variables` are values given for this run alone.

    A runbook that was published runs as it was then, unless a `draft` is asked for; `skip` are names of
    steps to leave out. `guided` says whether failures of it, and of the runs it starts, ask people;
    None leaves it to the model.

    Values of the variables named in `sensitive` stand nowhere, as if these were declared so (V5).

    It stands in no line until `not_before` (seconds since 1970). What a schedule starts says which one, and
    the time it was due at: a time that has been started already is refused. A caller's values are answers to
    prompts; any other name is refused (V6). `passed` are variables of the environment that its owner gives
    it: sensitive values are read from them before the server's own (V5).
    """

    process: str
    environment: str | None = None
    tenant: str | None = None
    requester: str = ""
    variables: dict[str, str] = {}
    release: str | None = None
    draft: bool = False
    skip: tuple[str, ...] = ()
    guided: bool | None = None
    not_before: float | None = None
    schedule: str | None = None
    due: float | None = None
    origin: str = ""
    passed: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()


class StartDue(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A time of a schedule has come: start what it says."""

    schedule: str
    due: float


class CreateRelease(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Freeze a project, or publish a runbook: without a version the next, without a channel the default.

    `versions` of packages are by requirement (`tools`, `tools@1.x`), chosen from feeds beforehand.
    """

    process: str
    version: str | None = None
    channel: str | None = None
    versions: dict[str, str] = {}
    notes: str = ""
    requester: str = ""
    origin: str = ""


class ChoosePackages(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The feeds were read for a run: a version by requirement, and what is wrong."""

    run: str
    versions: dict[str, str]
    problems: tuple[str, ...] = ()


class ReportProgress(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A script said how far it has come; a stale report, or one that says nothing new, is ignored."""

    job: str
    attempt: int
    percentage: int
    message: str = ""


class ReportOutcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An executor is done with an attempt; a stale report is ignored."""

    job: str
    attempt: int
    outcome: Outcome


class TakeInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A user takes responsibility for a question.

    The owner of a space takes it also from a `holder` who cannot answer any more, for the reason `since`:
    both are what the server found, never what a client says.
    """

    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    since: str = ""


class AnswerInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The responsible user answers a question; `values` are those of its fields, by name (I6).

    Values of the fields named in `sensitive` stand nowhere, as if these were declared so (V5).
    """

    interruption: str
    user: str
    answer: Answer
    notes: str = ""
    origin: str = ""
    values: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()


class ReleaseInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The responsible user lets others take a question; `holder` and `since` as where one is taken."""

    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    since: str = ""


class HandOverInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The responsible user makes somebody else responsible."""

    interruption: str
    user: str
    to: str
    origin: str = ""


class ReportNotice(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nobody could be told of a question, and why."""

    interruption: str
    problem: str


class MoveToTop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Let a queued run go before all others that are queued."""

    run: str
    by: str = ""
    origin: str = ""


class CancelRun(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End a run, whatever it is doing."""

    run: str
    by: str = ""
    origin: str = ""


class RecordRefusal(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Somebody was refused what they asked for: keep who it was, what it was about, and why.

    It stands for so many `more` refusals of the same person.
    """

    user: str
    action: str
    subject: str = ""
    reason: str = ""
    origin: str = ""
    more: int = 0


class RemoveRuns(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Forget ended runs for good; `keep` what the space knows of them, with the first of a pass."""

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    keep: bool = True


class RecordRemoval(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Files of so many ended runs were removed."""

    kind: FileKind
    runs: int


class Reopen(msgspec.Struct, frozen=True, tag=True):
    """The space was opened again, with this model if it is another one: what starts now obeys it.

    Where events are missing, it is `unsure` how far open runs are, and they are ended with that reason.
    """

    model: Model | None = None
    unsure: str = ""


class Tick(msgspec.Struct, frozen=True, tag=True):
    """Time has passed: deadlines that are due take effect."""


AboutQuestion = TakeInterruption | AnswerInterruption | ReleaseInterruption | HandOverInterruption

Request = (
    StartRun
    | CreateRelease
    | TakeInterruption
    | AnswerInterruption
    | ReleaseInterruption
    | HandOverInterruption
    | MoveToTop
    | CancelRun
)
"""What people ask for; `origin` says from where, as far as the machine knows."""

Command = (
    LoadModel
    | ReportHealth
    | StartRun
    | StartDue
    | CreateRelease
    | ChoosePackages
    | ReportProgress
    | ReportOutcome
    | TakeInterruption
    | AnswerInterruption
    | ReleaseInterruption
    | HandOverInterruption
    | ReportNotice
    | MoveToTop
    | CancelRun
    | RecordRefusal
    | RemoveRuns
    | RecordRemoval
    | Reopen
    | Tick
)
