"""The commands of the engine; an invalid one raises `Refused` and changes nothing."""

import msgspec

from octotui.engine.state import Answer, CheckedFacts, FileKind, Gap, Health, Outcome
from octotui.model.space import Model


class Refused(Exception):
    """Raised for a command that the State does not allow; the text says why and what to do."""


class LoadModel(msgspec.Struct, frozen=True, tag=True):
    """Replace the model."""

    model: Model


class ReportHealth(msgspec.Struct, frozen=True, tag=True):
    """Report the health of a worker or target."""

    worker: str
    health: Health
    reason: str = ""


class CheckHealth(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Check the health of these workers and targets now, or of all that are enabled."""

    machines: tuple[str, ...] = ()
    by: str = ""
    origin: str = ""


class ReportCheck(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report how the check of a machine ended; `facts` are None where it was not reached.

    One that is `gone` was not reached since it does not run or exist any more.
    """

    machine: str
    health: Health
    reason: str = ""
    warnings: tuple[str, ...] = ()
    latency: float | None = None
    facts: CheckedFacts | None = None
    locked_key: str = ""
    gone: bool = False


class GivePassphrase(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Give the passphrase of a key that machines wait for; no event holds it."""

    key: str
    passphrase: str
    by: str = ""
    origin: str = ""


class RecordCommand(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Record that a person runs a command on a machine, beside all runs."""

    machine: str
    text: str
    by: str = ""
    origin: str = ""


class StartRun(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Queue a run of a runbook or a release, by slugs, with values of `variables` for this run alone.

    A published runbook runs as published, except as `draft`; `skip` are names of steps to leave out. `guided`
    says whether failures of it and of its child runs ask people; None leaves that to the model.

    Variables named in `sensitive` are treated as declared sensitive: their values are not stored (V5).

    The run is not queued until `not_before` (seconds since 1970). A run of a `schedule` has its `due` time; a
    time that was started already is refused. A caller's values are answers to prompts; any other name is
    refused (V6). `passed` are environment variables from its owner: sensitive values are read from these
    before the server's own (V5).
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
    """Start the run of a schedule that is due at a time."""

    schedule: str
    due: float


class CreateRelease(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Create a release of a project, or publish a runbook; defaults: next version, default channel.

    `versions` of packages by requirement (`tools`, `tools@1.x`) were chosen from feeds beforehand.
    """

    process: str
    version: str | None = None
    channel: str | None = None
    versions: dict[str, str] = {}
    notes: str = ""
    requester: str = ""
    origin: str = ""


class ChoosePackages(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Set the versions of a run's packages, by requirement, and the problems found in feeds."""

    run: str
    versions: dict[str, str]
    problems: tuple[str, ...] = ()


class ReportProgress(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report a script's progress; a stale or unchanged report is ignored."""

    job: str
    attempt: int
    percentage: int
    message: str = ""


class ReportReachability(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report that the machine of an attempt is away, for a reason, or without one that it answers again.

    A stale report is ignored.
    """

    job: str
    attempt: int
    reason: str = ""
    next_try: float | None = None


class ReportOutcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report the outcome of an attempt; a stale report is ignored."""

    job: str
    attempt: int
    outcome: Outcome


class TakeInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Make a user responsible for a question.

    The owner of a space may take it from a `holder` who cannot answer any more, for the reason `since`: both
    are determined by the server, never by a client.
    """

    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    since: str = ""


class AnswerInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer a question as its responsible user; `values` are those of its fields, by name (I6).

    Fields named in `sensitive` are treated as declared sensitive: their values are not stored (V5).
    """

    interruption: str
    user: str
    answer: Answer
    notes: str = ""
    origin: str = ""
    values: dict[str, str] = {}
    sensitive: tuple[str, ...] = ()


class ReleaseInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Release a question, so that others can take it; `holder` and `since` as in TakeInterruption."""

    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    since: str = ""


class HandOverInterruption(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Transfer responsibility for a question to another user."""

    interruption: str
    user: str
    to: str
    origin: str = ""


class ReportNotice(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report that the notification of a question failed."""

    interruption: str
    problem: str


class MoveToTop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Move a queued run to the top of the queue."""

    run: str
    by: str = ""
    origin: str = ""


class CancelRun(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Cancel a run in any state."""

    run: str
    by: str = ""
    origin: str = ""


class DestroyMachine(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End a machine lease, by its id or worker; its machine is destroyed once no run uses it (W12).

    With `now` what runs there is lost, and no run uses it for long.
    """

    lease: str
    now: bool = False
    by: str = ""
    origin: str = ""


class AdoptMachine(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Give a machine that is there already to a dynamic pool; `machine` is its provider's id of it (W12).

    By SSH it may show no other than the `host_key`, where one is said.
    """

    pool: str
    machine: str
    endpoint: str
    host_key: str = ""
    by: str = ""
    origin: str = ""


class ReportMachine(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report what came of provisioning the machine of a lease: id, endpoint and host key, or a problem."""

    lease: str
    machine: str = ""
    endpoint: str = ""
    problem: str = ""
    host_key: str = ""


class ReportDestroyed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Report that the machine of a lease was destroyed, or, with a problem, that it was not."""

    lease: str
    problem: str = ""


class RecordRefusal(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Record for the audit that a request was refused: its user, subject and reason.

    It stands for `more` further refusals of the same user, which were throttled.
    """

    user: str
    action: str
    subject: str = ""
    reason: str = ""
    origin: str = ""
    more: int = 0


class RemoveRuns(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Remove ended runs; with `keep`, once a pass, record the retained state, with or without durations."""

    runs: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    keep: bool = True
    durations: bool = True


class RecordRemoval(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Record that files of `runs` ended runs were removed."""

    kind: FileKind
    runs: int


class Reopen(msgspec.Struct, frozen=True, tag=True):
    """Reopen the space, with a model if it has changed.

    If events are missing, open runs are cancelled with the reason `unsure`.
    """

    model: Model | None = None
    unsure: str = ""


class ForgetMachines(msgspec.Struct, frozen=True, tag=True):
    """Forget all machine leases, destroying nothing: they are those of the space that this is a copy of."""

    reason: str


class Tick(msgspec.Struct, frozen=True, tag=True):
    """Fire the deadlines that are due."""


AboutMachine = CheckHealth | DestroyMachine | AdoptMachine | GivePassphrase | RecordCommand

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
    | AboutMachine
)
"""Commands of people; `origin` is where they come from, as far as the machine knows."""

Command = (
    LoadModel
    | ReportHealth
    | CheckHealth
    | ReportCheck
    | GivePassphrase
    | RecordCommand
    | StartRun
    | StartDue
    | CreateRelease
    | ChoosePackages
    | ReportProgress
    | ReportReachability
    | ReportOutcome
    | TakeInterruption
    | AnswerInterruption
    | ReleaseInterruption
    | HandOverInterruption
    | ReportNotice
    | MoveToTop
    | CancelRun
    | DestroyMachine
    | AdoptMachine
    | ReportMachine
    | ReportDestroyed
    | RecordRefusal
    | RemoveRuns
    | RecordRemoval
    | Reopen
    | ForgetMachines
    | Tick
)
