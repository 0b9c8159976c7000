"""What a Summary holds; `octotui schema --summary` is made of this. Times are seconds since 1970, in UTC."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from octotui.engine.state import Answer, JobState, RunState, StepState
from octotui.engine.state.records import GivenAnswer, JobKind

Queued = Annotated[float, Meta(description="When it was queued.")]
Started = Annotated[float | None, Meta(description="When it started; null where it has not.")]
Ended = Annotated[float | None, Meta(description="When it ended; null where it has not.")]
EndsAbout = Annotated[
    float | None, Meta(description="About when it ends, while it is open; null where nobody can say.")
]
Why = Annotated[str, Meta(description="Why it stands so, such as the reason of a failure; often empty.")]


class WaitSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Why something does not move."""

    what: Annotated[str, Meta(description="For what: a worker, a slot, people.")] = msgspec.field(name="for")
    since: float
    until: Annotated[float | None, Meta(description="About when it is over; null where nobody can say.")]
    sentence: Annotated[str, Meta(description="The whole sentence, as people read it.")] = msgspec.field(
        name="told"
    )


class AttemptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that failed, and was not the last."""

    reason: Why
    exit_code: int | None
    started_at: Started
    ended_at: float


class JobSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One step, or the acquiring of packages, on one machine."""

    id: str
    state: JobState
    kind: JobKind
    machine: Annotated[str | None, Meta(description="The worker, or the target that it runs on itself.")]
    target: Annotated[str | None, Meta(description="The target that it is for.")]
    queued_at: Queued
    started_at: Started
    ended_at: Ended
    reason: Why
    exit_code: Annotated[int | None, Meta(description="The exit code of its script's last attempt.")]
    attempt: Annotated[int, Meta(description="The number of its last attempt; 0 where there was none.")]
    attempts: Annotated[tuple[AttemptSummary, ...], Meta(description="Those that failed before it.")]
    warnings: tuple[str, ...]
    highlights: tuple[str, ...]
    ends_about: EndsAbout
    expected: Annotated[
        float | None, Meta(description="About how many seconds its attempt was to take, when it started.")
    ]
    expected_from: Annotated[
        int | None,
        Meta(description="Of `octotui plan`: how many of the last attempts that is made of; null elsewhere."),
    ] = None
    wait: WaitSummary | None
    child: Annotated[str | None, Meta(description="The run that it started.")]


class StepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a run, with its jobs: one for each target where it is on targets."""

    name: str
    state: StepState
    reason: Why
    may_run: Annotated[bool, Meta(description="Nobody can say yet whether it runs.")]
    machines: Annotated[tuple[str, ...], Meta(description="Every machine that it started on, in order.")]
    started_at: Started
    ended_at: Ended
    jobs: tuple[JobSummary, ...]


class FileSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a script had kept."""

    step: str | None
    name: str
    size: Annotated[int, Meta(description="Bytes.")]
    path: str | None


class QuestionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A question to people; one that has expired has nobody's answer."""

    id: str
    step: str
    answer: Answer | None
    expired: bool
    answers: tuple[GivenAnswer, ...] = msgspec.field(name="said")
    asked_at: float
    ended_at: Ended
    teams: Annotated[tuple[str, ...], Meta(description="Who may answer; anyone where it is empty.")]
    responsible: Annotated[str | None, Meta(description="Who has taken it.")]
    choices: tuple[Answer, ...]


class OutputSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An output variable of a step, as it was set last."""

    step: str
    target: str | None
    name: str
    value: Annotated[str | None, Meta(description="Null where it is sensitive.")]
    sensitive: bool


class SelectionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A worker that was selected for steps."""

    pool: str
    worker: str
    steps: tuple[str, ...]
    current: Annotated[bool, Meta(description="False for one that was selected before a pause.")]
    sentence: Annotated[str, Meta(description="Why it was selected, as people read it.")] = msgspec.field(
        name="told"
    )


class VariableSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of a run."""

    name: str
    value: Annotated[str, Meta(description="Of a sensitive one ********.")]
    why: Annotated[str, Meta(description="Where the value comes from.")]


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    id: str
    process: Annotated[str, Meta(description="The slug of its runbook or project.")]
    name: str
    environment: str | None
    tenant: str | None
    parent: Annotated[str | None, Meta(description="The run that started it.")]
    state: RunState
    workers: Annotated[
        dict[str, str], Meta(description="The last machine of each step that ran; `steps` names them all.")
    ]
    may_run: tuple[str, ...]
    artifacts: tuple[FileSummary, ...]
    questions: tuple[QuestionSummary, ...]
    reason: Why
    requester: Annotated[str | None, Meta(description="Who started it.")]
    schedule: Annotated[str | None, Meta(description="The schedule that started it.")]
    release: Annotated[str | None, Meta(description="The version of the release that it deploys.")]
    not_before: Annotated[float | None, Meta(description="The time that it waits, or has waited, for.")]
    queued_at: Queued
    started_at: Started
    ended_at: Ended
    ends_about: EndsAbout
    wait: WaitSummary | None
    warnings: tuple[str, ...]
    steps: tuple[StepSummary, ...]
    acquisitions: Annotated[tuple[JobSummary, ...], Meta(description="Jobs that acquire packages.")]
    outputs: tuple[OutputSummary, ...]
    versions: Annotated[
        dict[str, str], Meta(description="The versions of packages, by what steps need.")
    ] = {}
    selections: Annotated[tuple[SelectionSummary, ...], Meta(description="Workers, and why each.")] = ()
    guided: Annotated[bool, Meta(description="A step that fails asks people what to do.")] = False
    priority: bool = False
    moved_to_top: Annotated[bool, Meta(description="It was moved to the top of the queue.")] = False
    tag: Annotated[str | None, Meta(description="Its concurrency tag.")] = None
    holds_tag: bool = False
    released_slot: Annotated[
        bool, Meta(description="It has released its slot, since it only waits for child runs.")
    ] = False
    variables: Annotated[
        tuple[VariableSummary, ...] | None,
        Meta(description="Of `show --variables` the run named; else null."),
    ] = None


class WaitNow(msgspec.Struct, frozen=True, kw_only=True):
    """What a planned run would wait for."""

    run: str
    step: Annotated[str | None, Meta(description="The step; null where the run waits, or acquires packages.")]
    what: Annotated[str, Meta(description="For what: a slot, a worker, a run.")] = msgspec.field(name="for")
    behind: Annotated[tuple[str, ...], Meta(description="The runs that are ahead, as far as they are known.")]
    since: Annotated[float, Meta(description="About when the wait begins.")]
    until: Annotated[float | None, Meta(description="About when it is over; null where nobody can say.")]
    sentence: Annotated[str, Meta(description="The whole sentence, as people read it.")] = msgspec.field(
        name="told"
    )


class StartedNow(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a planned run that starts now, beside the runs that are open."""

    at: float
    open: Annotated[tuple[str, ...], Meta(description="The runs that are open now.")]
    starts_about: Annotated[float | None, Meta(description="Null where nobody can say.")]
    ends_about: EndsAbout
    waits: tuple[WaitNow, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A run, and all that it has started, in the order they were queued: the run itself is the first."""

    type: Literal["Summary"]
    runs: tuple[RunSummary, ...]
    at: Annotated[float, Meta(description="The moment that this holds for.")]
    exit_code: Annotated[
        Literal[0, 1, 4, 5],
        Meta(
            description="That of `octotui run` and `wait`: 1 failed, 5 cancelled, 4 open still, 0 succeeded."
        ),
    ]
    started_now: Annotated[
        StartedNow | None, Meta(description="Of `octotui plan` beside open runs; null elsewhere.")
    ] = None
