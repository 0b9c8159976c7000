"""Events of machines as lines of text: what changes of their health, and who asks for checks (M5)."""

from typing import assert_never

from octotui.engine import events
from octotui.engine.events import MachineEvent
from octotui.engine.state import State
from octotui.engine.state.records import Health
from octotui.views.labels import listed


def of_machine(event: MachineEvent, before: State) -> list[str]:
    """Return the sentences of an event of machines; a check that finds nothing new has none."""
    match event:
        case events.HealthChanged(worker=worker, health=health, reason=reason):
            return [stands(worker, health, reason)]
        case events.ChecksQueued(machines=machines, by=by):
            return [f"{by} asks for a check of {listed(machines, most=6)}"] if by and machines else []
        case events.MachineChecked(machine=machine, health=health, reason=reason):
            is_news = before.health.get(machine) != health
            return [stands(machine, health, reason)] if is_news else []
        case events.MachineLost(machine=machine, reason=reason):
            return [f"{machine} is lost: {reason}"]
        case events.PassphraseGiven(key=key, by=by):
            return [f"{by or 'somebody'} gives the passphrase of {key}"]
        case events.CommandSent(machine=machine, by=by):
            return [f"{by or 'somebody'} runs a command on {machine}: {command_text(event)}"]
        case events.ChecksPlanned() | events.CheckStarted():
            return []
        case _:
            assert_never(event)


def command_text(event: events.CommandSent) -> str:
    """Return a command that a person has run; of a long one its beginning, its length and its SHA-256."""
    if not event.length or not event.text.endswith("…"):
        return event.text
    return f"{event.text} ({event.length:,} characters, SHA-256 {event.sha256})"


def stands(machine: str, health: Health, reason: str) -> str:
    """Return how a machine stands: `worker1 is unavailable: no route to host`."""
    word = "has warnings" if health == "has-warnings" else f"is {health}"
    return f"{machine} {word}{f': {reason}' if reason else ''}"
