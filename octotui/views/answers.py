"""Answers to a question, missing approvals, and the expiry, in words (I4, I6)."""

from octotui.engine.state import GivenAnswer, Interruption, State, manual_of
from octotui.model.values import HIDDEN
from octotui.views.labels import duration


def answer_lines(question: Interruption) -> list[str]:
    """Return each person's answer with notes and values: `ann said proceed: fine (Size = large)`."""
    return [f"{each.user} said {each.answer}{_more(each)}" for each in question.answers]


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
    manual = manual_of(state, question)
    if manual.expires is None:
        return ""
    left = duration(question.raised_at + manual.expires - now)
    return f"expires in {left}, then {manual.on_expiry}"
