"""Answers to a question, missing approvals, and the expiry, in words (I4, I6)."""

from octotui.engine.state import GivenAnswer, Interruption, State, manual_of
from octotui.model.values import HIDDEN
from octotui.views.labels import duration


def answer_lines(question: Interruption, said: str = "said") -> list[str]:
    """Return each person's answer with notes and values: `ann said proceed: fine (Size = large)`."""
    return [f"{each.user} {said} {each.answer}{_more(each)}" for each in question.answers]


def _more(each: GivenAnswer) -> str:
    values = {name: value for name, value in each.values.items() if value} | dict.fromkeys(
        each.secrets, HIDDEN
    )
    filled = ", ".join(f"{name} = {' '.join(value.split())}" for name, value in values.items())
    return (f": {each.notes}" if each.notes else "") + (f" ({filled})" if filled else "")


def approvals(state: State, question: Interruption) -> str:
    """Return the approvals where several are needed: `1 of 2 approvals`."""
    wanted = manual_of(state, question).approvals
    given = sum(each.answer == "proceed" for each in question.answers)
    return f"{given} of {wanted} approvals" if wanted > 1 else ""


def expiry(state: State, question: Interruption, now: float) -> str:
    """Return when a question expires, and what then: `expires in 3m12s, then abort`."""
    at = expires_at(state, question)
    return (
        "" if at is None else f"expires in {duration(at - now)}, then {manual_of(state, question).on_expiry}"
    )


def expires_at(state: State, question: Interruption) -> float | None:
    """Return when a question expires, if ever."""
    limit = manual_of(state, question).expires
    return None if limit is None else question.raised_at + limit
