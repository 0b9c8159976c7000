"""The entry point of the core: a State and a command in, a State and events out."""

from octotui.engine.commands import Command, Tick
from octotui.engine.decide.decide import decide
from octotui.engine.decide.due_deadlines import is_due
from octotui.engine.decide.scheduler import schedule
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import AnyEvent
from octotui.engine.rules.masked_texts import Mask
from octotui.engine.state import State


def advance(
    state: State, command: Command, at: float, mask: Mask | None = None, steps: list[State] | None = None
) -> tuple[State, tuple[AnyEvent, ...]]:
    """Execute a command at a time (seconds since 1970); return the new State and the events.

    `mask` is applied to free texts of events; the State after each event is appended to `steps`. Raises
    Refused.
    """
    turn = Transaction(state, at, mask)
    decide(turn, command)
    schedule(turn)
    while isinstance(command, Tick) and is_due(turn):
        decide(turn, command)
        schedule(turn)
    if steps is not None:
        steps += turn.steps
    return turn.state, tuple(turn.events)
