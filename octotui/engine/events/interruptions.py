"""Events of questions: raised, taken, answered, released, handed over, closed (I2, I6)."""

from msgspec import field

from octotui.engine.state import Answer, Event, Question


class InterruptionRaised(Event, frozen=True, tag=True):
    """A question was raised, by a manual step (`instructions` are Markdown) or by a failed job (I7)."""

    run: str
    job: str
    interruption: str
    instructions: str
    teams: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kind: Question = "manual"
    choices: tuple[Answer, ...] = ("proceed", "abort")


class InterruptionTaken(Event, frozen=True, tag=True):
    """A user took responsibility for the answer."""

    run: str
    interruption: str
    user: str
    origin: str = ""


class InterruptionAnswered(Event, frozen=True, tag=True):
    """The responsible user answered; if more approvals are needed, others can take the question (I6).

    `values` are those of its fields; `secrets` are names of sensitive ones, whose values are not stored (V5).
    An `expired` question was answered by its `on_expiry`.
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
    """The responsible user released the question, or the space's owner took it from a `holder`."""

    run: str
    interruption: str
    user: str
    origin: str = ""
    holder: str = ""
    reason: str = ""  # why the holder cannot answer any more


class InterruptionHandedOver(Event, frozen=True, tag=True):
    """The responsible user transferred responsibility to another."""

    run: str
    interruption: str
    user: str
    to: str
    origin: str = ""


class NoticeFailed(Event, frozen=True, tag=True):
    """The notification of a question failed: a warning of its run."""

    run: str
    interruption: str
    reason: str


class InterruptionClosed(Event, frozen=True, tag=True):
    """A question was withdrawn, since its run is being ended."""

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
