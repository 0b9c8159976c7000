"""Runs that wait for the first check of a worker before their workers are selected (W4)."""

from collections.abc import Collection

from octotui.engine import events
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import AnyEvent
from octotui.engine.state import Run, State


def await_checks(turn: Transaction, run: Run, workers: tuple[str, ...], keeps: tuple[str, ...]) -> None:
    """Let a run wait until one of some workers is checked; each check ends, at its time limit if need be.

    It needs the machines of the dynamic pools that it `keeps` as well.
    """
    if (run.selection.checks, run.selection.keeps) != (workers, keeps):
        turn.emit(events.RunAwaitsChecks(run=run.id, workers=workers, keeps=keeps))


def runs_awaiting(state: State, machines: Collection[str] | None = None) -> list[str]:
    """Return the runs that wait for a check, of some machines or of any, in the order they were queued."""
    names = [name for _, name in state.awaiting_checks]
    if machines is None:
        return names
    meant = frozenset(machines)
    return (
        [name for name in names if not meant.isdisjoint(state.runs[name].selection.checks)] if meant else []
    )


def judged(event: AnyEvent) -> tuple[str, ...]:
    """Return the machines of which an event says how they are, or that they are not checked any more."""
    match event:
        case events.MachineChecked(machine=machine):
            return (machine,)
        case events.HealthChanged(worker=worker):
            return (worker,)
        case events.ChecksPlanned():
            return (*event.forgotten, *event.unknown, *event.interrupted)
        case _:
            return ()
