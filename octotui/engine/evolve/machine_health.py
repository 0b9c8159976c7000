"""The effects of checks of machines, and of losses, on a State."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.state import HealthChange, State, machine_health
from octotui.engine.state.machine_health import HISTORY, MachineHealth, check_deadline, loss_deadline
from octotui.engine.state.records import Health


def changed(state: State, event: events.HealthChanged) -> State:
    """Set a machine's health, by another way than a check of it; one that was reached is not lost."""
    known = machine_health(state, event.worker)
    state, known = _judged(state, event.worker, known, event.health, event.reason)
    if event.health != "unavailable":
        state, known = _with_limit(state, event.worker, replace(known, lost=None), None)
    return _put(state, event.worker, known)


def planned(state: State, event: events.ChecksPlanned) -> State:
    """Set the times of next checks; forget machines, how they are, and checks that were interrupted."""
    for name in (*event.interrupted, *event.forgotten, *event.unknown):
        state = _put(*_out_of_line(state, name))
    for name in event.unknown:
        state = _unknown(state, name)
    for name, due in event.due.items():
        state = _put(*_with_due(state, name, machine_health(state, name), due))
    for name in event.forgotten:
        known = machine_health(state, name)
        state, _, known = _with_due(state, name, known, None)
        state, known = _with_limit(state, name, known, None)
        state = replace(state, machines=state.machines.discard(name), health=state.health.discard(name))
    return state


def _unknown(state: State, name: str) -> State:
    """Forget how a machine is, but for its history and what it has."""
    state, _, known = _with_due(state, name, machine_health(state, name), None)
    state, known = _with_limit(state, name, known, None)
    known = replace(known, reason="", warnings=(), since=None, failures=0, lost=None, locked_key="")
    return _put(replace(state, health=state.health.discard(name)), name, known)


def queued(state: State, event: events.ChecksQueued) -> State:
    """Put machines in line for a check."""
    for name in event.machines:
        state, _, known = _with_due(state, name, machine_health(state, name), None)
        state = replace(state, check_queue=state.check_queue.add((event.seq, name)))
        state = _put(state, name, replace(known, ticket=event.seq))
    return state


def started(state: State, event: events.CheckStarted) -> State:
    """Let a machine leave the line, and be checked."""
    state, name, known = _out_of_line(state, event.machine)
    state = replace(state, checks=state.checks.add((event.at, name)))
    return _put(state, name, replace(known, checking=event.at))


def checked(state: State, event: events.MachineChecked) -> State:
    """Set what a check found, and when the next one is due."""
    state, name, known = _out_of_line(state, event.machine)
    away = event.health == "unavailable"
    state, known = _judged(state, name, known, event.health, event.reason)
    known = replace(
        known,
        warnings=event.warnings,
        checked_at=event.at,
        latency=event.latency,
        facts=known.facts if event.facts is None else event.facts,
        failures=known.failures + 1 if away else 0,
        lost=known.lost if away else None,
        locked_key=event.locked_key,
    )
    state, known = _with_limit(state, name, known, event.limit)
    return _put(*_with_due(state, name, known, event.next_check))


def unlocked(state: State, event: events.PassphraseGiven) -> State:
    """Have no machine wait for the passphrase of a key any more."""
    waiting = [name for name, known in state.machines.items() if known.locked_key == event.key]
    for name in waiting:
        state = _put(state, name, replace(machine_health(state, name), locked_key=""))
    return state


def lost(state: State, event: events.MachineLost) -> State:
    """Mark a machine as lost."""
    state, known = _with_limit(state, event.machine, machine_health(state, event.machine), None)
    entry = HealthChange(event.at, "unavailable", f"lost: {event.reason}")
    history = (*known.history, entry)[-HISTORY:]
    return _put(state, event.machine, replace(known, lost=event.at, history=history))


def _judged(
    state: State, name: str, known: MachineHealth, health: Health, reason: str
) -> tuple[State, MachineHealth]:
    """Set health and reason; another word is one more entry of the history."""
    before = state.health.get(name)
    if before == health:
        return state, replace(known, reason=reason)
    entry = HealthChange(state.at, health, reason)
    known = replace(known, since=state.at, reason=reason, history=(*known.history, entry)[-HISTORY:])
    return replace(state, health=state.health.insert(name, health)), known


def _out_of_line(state: State, name: str) -> tuple[State, str, MachineHealth]:
    """Take a machine out of the line of checks, and out of those that go on."""
    known = machine_health(state, name)
    queue = state.check_queue if known.ticket is None else state.check_queue.discard((known.ticket, name))
    checks = state.checks if known.checking is None else state.checks.discard((known.checking, name))
    return (
        replace(state, check_queue=queue, checks=checks),
        name,
        replace(known, ticket=None, checking=None),
    )


def _with_due(
    state: State, name: str, known: MachineHealth, due: float | None
) -> tuple[State, str, MachineHealth]:
    return _deadline(state, check_deadline(name), known.due, due), name, replace(known, due=due)


def _with_limit(
    state: State, name: str, known: MachineHealth, limit: float | None
) -> tuple[State, MachineHealth]:
    return _deadline(state, loss_deadline(name), known.limit, limit), replace(known, limit=limit)


def _deadline(state: State, name: str, before: float | None, after: float | None) -> State:
    """Replace a deadline by another one, or by none."""
    deadlines = state.deadlines if before is None else state.deadlines.discard((before, name))
    return replace(state, deadlines=deadlines if after is None else deadlines.add((after, name)))


def _put(state: State, name: str, known: MachineHealth) -> State:
    return replace(state, machines=state.machines.insert(name, known))
