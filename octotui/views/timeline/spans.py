"""Spans: what a run or a job did from one event to another, and the characters they are drawn with."""

from typing import Literal

import msgspec

from octotui.engine.state import ForAnswer, ForChild, ForLock, ForPlace, ForRetry, Job, Run
from octotui.views.labels import Role

Kind = Literal[
    "executing", "acquiring", "lock", "place", "slot", "machine", "check", "scheduled", "question", "retry",
    "outage", "child", "ending",
]  # fmt: skip


class KindLook(msgspec.Struct, frozen=True):
    """How spans of a kind are called and drawn: the characters differ without any colour, too."""

    word: str
    unicode: str
    ascii: str
    role: Role


LOOKS: dict[Kind, KindLook] = {
    "executing": KindLook("executing", "█", "#", "active"),
    "acquiring": KindLook("acquiring packages", "▓", "A", "active"),
    "lock": KindLook("waits for a lock", "░", "w", "waits"),
    "place": KindLook("waits for a place", "∙", ":", "waits"),
    "slot": KindLook("waits in the queue", "·", ".", "muted"),
    "machine": KindLook("waits for a machine", "◇", "m", "waits"),
    "check": KindLook("waits for a check", "▫", "c", "waits"),
    "scheduled": KindLook("waits for its time", "○", "o", "muted"),
    "question": KindLook("asks", "?", "?", "asks"),
    "retry": KindLook("waits for a retry", "~", "~", "warned"),
    "outage": KindLook("machine away", "╳", "!", "bad"),
    "child": KindLook("waits for a run", "─", "-", "muted"),
    "ending": KindLook("is being cancelled", "◌", "%", "warned"),
}
HOLDING: frozenset[Kind] = frozenset(("executing", "acquiring", "outage"))
"""What a job does while it uses its machine."""


class Span(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that a run (`job` is None) or a job did from `start` to `end`, or still does (None)."""

    kind: Kind
    start: float
    end: float | None = None
    run: str
    job: str | None = None
    worker: str | None = None
    child: str | None = None  # the run that a job waits for
    failed: bool = False  # it ended with a failure

    def until(self, now: float) -> float:
        """Return its end, or now."""
        return max(self.start, now) if self.end is None else self.end


def kind_of_job(job: Job) -> Kind | None:
    """Return what a job does; None where it has ended."""
    if job.ended_at is not None:
        return None
    match job.wait:
        case ForPlace():
            return "place"
        case ForLock():
            return "lock"
        case ForRetry():
            return "retry"
        case ForChild():
            return "child"
        case ForAnswer():
            return "question"
        case None:
            return _without_wait(job)


def _without_wait(job: Job) -> Kind | None:
    if job.state == "asking":
        return "question"
    if job.state != "running":
        return None
    if job.outage is not None:
        return "outage"
    return "acquiring" if job.kind == "acquire" else "executing"


def kind_of_run(run: Run, at: float) -> Kind | None:
    """Return what a run does as a whole; None where it has ended."""
    if run.ended:
        return None
    if run.state == "cancelling":
        return "ending"
    if run.state == "paused":
        return "question"
    if run.state == "queued":
        due = run.queueing.not_before
        return "slot" if due is None or due <= at else "scheduled"
    if run.awaits_machines:
        return "machine"
    if run.awaits_checks:
        return "check"
    if run.yielded:
        return "slot" if run.queueing.resuming else "child"
    return "executing"
