"""One moment of a replay in words: its event, and whether playing stops there."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.history import History
from octotui.engine.state import ForLock, State
from octotui.views.events.event_text import lines
from octotui.views.labels import Glyphs
from octotui.views.text.clock_times import Zone, date_and_time, exact_time
from octotui.views.tree.run_tree import as_lines, rows

Stop = Literal["asks", "bad", "waits"]


class ReplayMoment(msgspec.Struct, frozen=True, kw_only=True):
    """Event `number` of `count`, its time and its sentences; `stop` says why playing stops there."""

    number: int
    count: int
    at: float
    first: float  # time of the first event
    text: str
    stop: Stop | None = None


def moment(history: History, number: int, zone: Zone = None) -> ReplayMoment:
    """Return the moment after an event of a history."""
    event, before, after = history.event(number), history.state(number - 1), history.state(number)
    sentences = lines(event, before, after, event.at, zone)
    text = " · ".join([*sentences[:1], *(each.partition("  ")[2] or each for each in sentences[1:])])
    return ReplayMoment(
        number=number,
        count=len(history),
        at=event.at,
        first=history.event(1).at,
        text=text or _named(event),
        stop=stop(event, before, after),
    )


def stop(event: AnyEvent, before: State, after: State) -> Stop | None:
    """Return why to stop: a question, a failure, or the start of a wait for a lock; else None."""
    match event:
        case events.InterruptionRaised():
            return "asks"
        case events.AttemptFailed():
            return "bad"
        case events.JobEnded(state=state) | events.RunEnded(state=state):
            return "bad" if state in ("failed", "lost", "timed-out") else None
        case events.JobQueued(job=job) | events.JobPlaced(job=job) | events.JobRetried(job=job):
            waits = job in after.jobs and isinstance(after.jobs[job].wait, ForLock)
            return "waits" if waits and lines(event, before, after, event.at) else None
    return None


def changes(history: History, zone: Zone = None) -> Iterator[str]:
    """Yield every change as a line with its time."""
    first = history.event(1).at
    for event, before, after in history.through():
        for line in lines(event, before, after, event.at, zone):
            yield f"{exact_time(event.at, first, zone)}  {line}"


def standing(
    history: History, number: int, roots: Sequence[str], now: float, glyphs: Glyphs, zone: Zone = None
) -> Iterator[str]:
    """Yield the state at a moment: the last event, and the trees of the runs that exist."""
    this = moment(history, number, zone)
    yield glyphs.text(f"{date_and_time(now, zone)}  event {number} of {len(history)}  {this.text}")
    state = history.state(number)
    for root in roots:
        if root in state.runs:
            yield ""
            yield from as_lines(rows(state, root, now, zone), glyphs)


def _named(event: AnyEvent) -> str:
    """Return an internal event by its name: `run-1  job placed`."""
    name = type(event).__name__
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in name).strip()
    run = getattr(event, "run", None)
    return f"{run}  {words}" if run else words
