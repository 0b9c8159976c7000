"""What has happened to questions: they are asked, taken, answered, and need no answer any more (I2, I6)."""

from msgspec import field

from octotui.engine.state import Answer, Event, Question


class InterruptionRaised(Event, frozen=True, tag=True):
    """People are asked: by a manual step, whose `instructions` are Markdown, or because a job failed (I7)."""

    run: str
    job: str
    interruption: str
    instructions: str
    teams: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kind: Question = "manual"
    choices: tuple[Answer, ...] = ("proceed", "abort")


class InterruptionTaken(Event, frozen=True, tag=True):
    """Someone took responsibility for the answer."""

    run: str
    interruption: str
    user: str
    origin: str = ""


class InterruptionAnswered(Event, frozen=True, tag=True):
    """The one who is responsible answered; where it needs more approvals, it is free for the next (I6).

    `values` are those of its fields, without the `secrets`, whose names alone stand here (V5). One that has
    `expired` was answered by nobody.
    """

    run: str
    interruption: str
    user: str
    answer: Answer
    notes: str = ""
    origin: str = ""
    values: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    expired: bool = False


class InterruptionReleased(Event, frozen=True, tag=True):
    """The one who was responsible lets others take it; or the owner of the space takes it from a `holder`."""

    run: str
    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    reason: str = ""  # why the holder cannot answer any more


class InterruptionHandedOver(Event, frozen=True, tag=True):
    """The one who was responsible made somebody else so."""

    run: str
    interruption: str
    user: str
    to: str
    origin: str = ""


class NoticeFailed(Event, frozen=True, tag=True):
    """Nobody could be told of a question: a warning of its run."""

    run: str
    interruption: str
    reason: str


class InterruptionClosed(Event, frozen=True, tag=True):
    """Nobody needs to answer any more: the run is being ended."""

    run: str
    interruption: str


InterruptionEvent = (
    InterruptionRaised
    | InterruptionTaken
    | InterruptionAnswered
    | InterruptionReleased
    | InterruptionHandedOver
    | NoticeFailed
    | InterruptionClosed
)
