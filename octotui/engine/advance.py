"""The one door into the core: a State and a command in, a State and events out."""

from octotui.engine.commands import Command, Tick
from octotui.engine.decide.decide import decide
from octotui.engine.decide.due_deadlines import is_due
from octotui.engine.decide.scheduler import schedule
from octotui.engine.decide.transaction import Transaction
from octotui.engine.events import AnyEvent
from octotui.engine.rules.masked_texts import Mask
from octotui.engine.state import State


def advance(
    state: State, command: Command, at: float, mask: Mask | None = None
) -> tuple[State, tuple[AnyEvent, ...]]:
    """What a command leads to at a time (seconds since 1970); raises `Refused` and changes nothing.

    With `mask`, free texts of events are masked.
    """
    turn = Transaction(state, at, mask)
    decide(turn, command)
    schedule(turn)
    while isinstance(command, Tick) and is_due(turn):
        decide(turn, command)
        schedule(turn)
    return turn.state, tuple(turn.events)
