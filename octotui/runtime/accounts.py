"""Accounts of this machine in commands: who is handed a question exists, and nobody gone keeps one (I8)."""

import pwd
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from octotui.engine.commands import (
    Command,
    HandOverInterruption,
    Refused,
    ReleaseInterruption,
    TakeInterruption,
)
from octotui.engine.decide.questions import may_answer
from octotui.engine.rules.authorization import missing_right
from octotui.engine.state import Interruption, State
from octotui.model.complaints import Reason

Exists = Callable[[str], bool]
"""Whether there is an account of that name."""

C = TypeVar("C", bound=Command)


def exists(name: str) -> bool:
    """Whether this machine has an account of that name."""
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError, OSError):  # unknown, or no name that an account can have
        return False
    return True


def with_accounts(command: C, state: State, owner: str, there: Exists = exists) -> C:
    """The command with what the core cannot know: for the space's owner, whose question nobody can answer.

    Raises Refused where a question is to be handed over to an account that does not exist.
    """
    if not isinstance(command, HandOverInterruption | TakeInterruption | ReleaseInterruption):
        return command
    question = state.interruptions.get(command.interruption)
    holder = question.responsible if question is not None else None
    if isinstance(command, HandOverInterruption):
        others = command.to.strip() and command.to != command.user
        if others and holder == command.user and not there(command.to):
            raise Refused(f"there is no account “{command.to}” on this machine: name one that can answer")
        return command
    since = None
    if question is not None and holder is not None and command.user == owner != holder:
        since = _why_left_behind(state, question, holder, owner, there)
    return replace(command, holder=holder if holder and since else "", since=since or "")


def _why_left_behind(
    state: State, question: Interruption, holder: str, owner: str, there: Exists
) -> Reason | None:
    """Why who is responsible for a question cannot answer it any more, or None."""
    if not there(holder):
        return f"{holder} has no account on this machine any more"
    return missing_right(state.model, owner, holder, "answer") or may_answer(state, question, holder)
