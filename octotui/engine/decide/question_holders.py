"""Holders of questions who cannot answer any more, judged by the accounts of the server's machine (I8)."""

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
from octotui.engine.rules.authorization import may_answer, missing_right
from octotui.engine.state import Interruption, State
from octotui.model.complaints import Reason

AccountExists = Callable[[str], bool]
"""Returns whether the machine has an account of that name."""

C = TypeVar("C", bound=Command)


def with_accounts(command: C, state: State, owner: str, exists: AccountExists) -> C:
    """Return the command; with `holder` and `since` if the owner takes over from one who cannot answer.

    Raises Refused for a transfer to an account that does not exist.
    """
    if not isinstance(command, HandOverInterruption | TakeInterruption | ReleaseInterruption):
        return command
    question = state.interruptions.get(command.interruption)
    holder = question.responsible if question is not None else None
    if isinstance(command, HandOverInterruption):
        to_another = command.to.strip() and command.to != command.user
        if to_another and holder == command.user and not exists(command.to):
            raise Refused(f"there is no account “{command.to}” on this machine: name one that can answer")
        return command
    since = None
    if question is not None and holder is not None and command.user == owner != holder:
        since = _why_unable(state, question, holder, owner, exists)
    return replace(command, holder=holder if holder and since else "", since=since or "")


def _why_unable(
    state: State, question: Interruption, holder: str, owner: str, exists: AccountExists
) -> Reason | None:
    """Return why the holder of a question cannot answer it any more, or None."""
    if not exists(holder):
        return f"{holder} has no account on this machine any more"
    if missing_right(state.model, owner, holder, "answer") is not None:
        return f"{holder} has no right to answer questions here"
    return may_answer(state, question, holder)
