"""One moment of a replay in words: what has just happened, and whether one would want to stop there."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from octotui.engine import events as happened
from octotui.engine.events import AnyEvent
from octotui.engine.film import Film
from octotui.engine.state import ForLock, State
from octotui.views.changes import lines
from octotui.views.tree import as_lines, rows
from octotui.views.words import Glyphs, clock, date

Stop = Literal["asks", "bad", "waits"]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Event `number` of `count`, when it was, and in words what it changed; `stop` where that matters."""

    number: int
    count: int
    at: float
    first: float  # when the first event was
    told: str
    stop: Stop | None = None


def moment(film: Film, number: int) -> Moment:
    """The moment after an event of a film."""
    event, before, after = film.event(number), film.state(number - 1), film.state(number)
    said = lines(event, before, after, event.at)
    told = " · ".join([*said[:1], *(each.partition("  ")[2] or each for each in said[1:])])
    return Moment(
        number=number,
        count=len(film),
        at=event.at,
        first=film.event(1).at,
        told=told or _named(event),
        stop=stop(event, before, after),
    )


def stop(event: AnyEvent, before: State, after: State) -> Stop | None:
    """Whether this is a question, a failure, or the beginning of a wait for a lock."""
    match event:
        case happened.InterruptionRaised():
            return "asks"
        case happened.AttemptFailed():
            return "bad"
        case happened.JobEnded(state=state) | happened.RunEnded(state=state):
            return "bad" if state in ("failed", "lost", "timed-out") else None
        case happened.JobQueued(job=job) | happened.JobPlaced(job=job) | happened.JobRetried(job=job):
            waits = job in after.jobs and isinstance(after.jobs[job].wait, ForLock)
            return "waits" if waits and lines(event, before, after, event.at) else None
    return None


def changes(film: Film) -> Iterator[str]:
    """All that changed, line by line, each with its time."""
    first = film.event(1).at
    for event, before, after in film.through():
        for line in lines(event, before, after, event.at):
            yield f"{clock(event.at, first)}  {line}"


def standing(film: Film, number: int, roots: Sequence[str], now: float, glyphs: Glyphs) -> Iterator[str]:
    """How things stand at a moment: what has just happened, and the trees of runs that are there by then."""
    this = moment(film, number)
    yield glyphs.text(f"{date(now)}  event {number} of {len(film)}  {this.told}")
    state = film.state(number)
    for root in roots:
        if root in state.runs:
            yield ""
            yield from as_lines(rows(state, root, now), glyphs)


def _named(event: AnyEvent) -> str:
    """An event that people need not know of, by its name: `run-1  job placed`."""
    name = type(event).__name__
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in name).strip()
    run = getattr(event, "run", None)
    return f"{run}  {words}" if run else words
