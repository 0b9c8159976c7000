"""The audit of a space: requests of people and questions to them, with account, time, origin and wait."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.state import Event
from octotui.views.events.event_text import refusal
from octotui.views.events.machine_text import command_text
from octotui.views.events.refused_actions import refused_action
from octotui.views.labels import duration, listed


class AuditRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of an audit; `waited` is the seconds since its question was asked."""

    seq: int
    at: float
    what: str
    text: str = msgspec.field(name="told")
    run: str = ""
    question: str = ""
    user: str = ""
    origin: str = ""
    waited: float | None = None


Raised = Callable[[str, str], float | None]
"""Returns when a question of a run was asked, for one from before the events that are listed."""


def rows(history: Iterable[AnyEvent], raised: Raised = lambda run, question: None) -> Iterator[AuditRow]:
    """Yield the rows of events that are about people, in order."""
    asked: dict[str, float | None] = {}
    for event in history:
        telling = TELLING.get(type(event))
        if telling is None:
            continue
        what, describe = telling
        row = _row(event, what, describe(event))
        if row.question and isinstance(event, events.InterruptionRaised):
            asked[row.question] = event.at
        elif row.question:
            if row.question not in asked:
                asked[row.question] = raised(row.run, row.question)
            since = asked[row.question]
            row = msgspec.structs.replace(row, waited=None if since is None else event.at - since)
        if row.what not in ("cancelled", "checked") or row.user or row.origin:
            yield row


def line(row: AuditRow, clock: str) -> str:
    """Format a row as one line; `clock` is its formatted time."""
    who = row.user or "-"
    at = f" from {row.origin}" if row.origin else ""
    waited = "" if row.waited is None else f" after {duration(row.waited)}"
    where = " ".join(each for each in (row.run, row.question) if each)
    return f"{clock}  {row.what:<9} {where:<20} {who}{at}{waited}: {row.text}".replace("\n", " ")


def _row(event: Event, what: str, text: str) -> AuditRow:
    """Return the row of an event, each type of which names people in another field."""
    fields: Mapping[str, Any] = {name: getattr(event, name) for name in event.__struct_fields__}
    who = next((fields[name] for name in ("user", "by", "requester") if fields.get(name)), "")
    return AuditRow(
        seq=event.seq,
        at=event.at,
        what=what,
        text=text,
        run=fields.get("run", ""),
        question=fields.get("interruption", ""),
        user=who,
        origin=fields.get("origin", ""),
    )


def _where(event: events.RunQueued) -> str:
    places = " ".join(each for each in (event.environment, event.tenant) if each)
    return f"{event.name}{f' for {places}' if places else ''}{f', by {event.parent}' if event.parent else ''}"


def _question(event: events.InterruptionRaised) -> str:
    return f"{' or '.join(event.choices)}?" + (f" asks {' or '.join(event.teams)}" if event.teams else "")


def _answer(event: events.InterruptionAnswered) -> str:
    return f"{event.answer}, since it expired without an answer" if event.expired else event.answer


def _released(event: events.InterruptionReleased) -> str:
    return f"takes it back from {event.holder}: {event.reason}" if event.holder else "gives it back"


TELLING: Mapping[type[Any], tuple[str, Callable[[Any], str]]] = {
    events.RunQueued: ("started", _where),
    events.RunMoved: ("moved", lambda event: "to the top of the queue"),
    events.RunCancelling: ("cancelled", lambda event: event.reason),
    events.ReleaseCreated: ("released", lambda event: event.release.title),
    events.InterruptionRaised: ("asked", _question),
    events.InterruptionTaken: ("taken", lambda event: "takes responsibility"),
    events.InterruptionAnswered: (
        "answered",
        lambda event: f"{_answer(event)}{f', “{event.notes}”' if event.notes else ''}",
    ),
    events.InterruptionReleased: ("released", _released),
    events.InterruptionHandedOver: ("handed", lambda event: f"hands it over to {event.to}"),
    events.InterruptionClosed: ("closed", lambda event: "needs no answer any more"),
    events.ChecksQueued: (
        "checked",
        lambda event: listed(event.machines, most=8) or "what is in line already",
    ),
    events.MachineRequested: (
        "leased",
        lambda event: f"{event.lease} for pool {event.pool}, of {event.terms.image}",
    ),
    events.MachineAdopted: (
        "adopted",
        lambda event: f"{event.machine} at {event.endpoint} as {event.lease} of pool {event.pool}",
    ),
    events.MachineDraining: ("draining", lambda event: f"{event.lease}: {event.reason}"),
    events.MachineToBeDestroyed: ("ending", lambda event: f"{event.lease}: {event.reason}"),
    events.DestroyFailed: ("undestroyed", lambda event: f"{event.lease}: {event.reason}"),
    events.MachineDestroyed: ("destroyed", lambda event: event.lease),
    events.PassphraseGiven: ("unlocked", lambda event: event.key),
    events.CommandSent: ("executed", lambda event: f"on {event.machine}: {command_text(event)}"),
    events.RunAwaitsChecks: (
        "waits",
        lambda event: f"for the first check of {listed(event.workers, most=8, last='or')}",
    ),
    events.MachineLost: ("lost", lambda event: f"{event.machine}: {event.reason}"),
    events.WorkerReselected: ("reselected", lambda event: f"{event.pick.worker}, since {event.reason}"),
    events.ActionRefused: (
        "refused",
        lambda event: f"{refused_action(event.action, event.subject)}: {refusal(event)}",
    ),
}
"""Every type of event in an audit, with a word and a sentence; a new one about people needs a line here."""
