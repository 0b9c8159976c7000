"""Open questions to people: text, teams, the person responsible, and age (I1, I2, I6, I7)."""

import msgspec

from octotui.engine.rules.answer_fields import fields_of
from octotui.engine.rules.authorization import may_answer, people
from octotui.engine.rules.start_prompts import RequiredPrompt
from octotui.engine.state import Answer, Interruption, Question, State, manual_of
from octotui.model.complaints import Reason
from octotui.views import answers
from octotui.views.labels import duration, listed, machine_name
from octotui.views.runs import where
from octotui.views.waits import may_be_answered_by

NONE_OPEN = "No question is open: manual steps ask, and steps that fail with guided failure."


class QuestionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One open question; `refusal` says why this user may not take it, or is None.

    `text` is Markdown of a manual step, or how its `job` failed. `answers` are those of others, `fields` are
    to be filled in with `offered` values, and `people` are those who might take it instead. It was
    `raised_at` a time, and may have one when it `expires_at`.
    """

    id: str
    run: str
    root: str
    name: str
    where: str
    kind: Question
    title: str
    text: str
    job: str
    choices: tuple[Answer, ...]
    asks: str
    responsible: str | None
    mine: bool
    refusal: Reason | None
    time: str
    requester: str
    raised_at: float
    expires_at: float | None = None
    approvals: str = ""
    expiry: str = ""
    answers: tuple[str, ...] = ()
    fields: tuple[RequiredPrompt, ...] = ()
    offered: dict[str, str] = {}
    people: tuple[str, ...] = ()
    anyone: bool = False
    untold: str = ""


def rows(state: State, user: str, now: float) -> tuple[QuestionRow, ...]:
    """Return every open question, the oldest first."""
    return tuple(_row(state, state.interruptions[name], user, now) for _, name in state.asking)


def row(state: State, name: str, user: str, now: float) -> QuestionRow | None:
    """Return an open question, or None where it needs no answer any more."""
    question = state.interruptions.get(name)
    return _row(state, question, user, now) if question is not None and question.open else None


def _row(state: State, question: Interruption, user: str, now: float) -> QuestionRow:
    run = state.runs[question.run]
    return QuestionRow(
        id=question.id,
        run=run.id,
        root=run.root,
        name=run.title,
        where=where(state.model, run.request.environment, run.request.tenant),
        kind=question.kind,
        title=title(state, question),
        text=question_text(state, question),
        job=question.job,
        choices=question.choices,
        asks=may_be_answered_by(state, question.teams),
        responsible=question.responsible,
        mine=question.responsible == user,
        refusal=may_answer(state, question, user),
        time=duration(now - question.raised_at),
        requester=run.request.requester,
        raised_at=question.raised_at,
        expires_at=answers.expires_at(state, question),
        approvals=answers.approvals(state, question),
        expiry=answers.expiry(state, question, now),
        answers=tuple(answers.answer_lines(question)),
        fields=fields_of(manual_of(state, question)),
        offered=question.answers[-1].values if question.answers else {},
        people=tuple(each for each in people(state, question) if each != question.responsible),
        anyone=may_answer(state, question, "") is None,
        untold=question.untold,
    )


def title(state: State, question: Interruption) -> str:
    """Return the subject of a question: a manual step, or a failed one, with its target if it has many."""
    if question.kind == "manual":
        return question.step
    target = state.jobs[question.job].target
    return (
        f"{question.step} failed on {machine_name(state.model, target)}"
        if target
        else f"{question.step} failed"
    )


def question_text(state: State, question: Interruption) -> str:
    """Return the instructions, or which attempt failed where, and why."""
    if question.kind == "manual":
        return question.instructions
    job = state.jobs[question.job]
    location = f"on {machine_name(state.model, job.worker)}" if job.worker else ""
    if job.target is not None and job.target != job.worker:
        location = f"{location} for {machine_name(state.model, job.target)}"
    attempt = f"attempt {job.attempt}" if job.attempt else ""
    return f"{' '.join(filter(None, (attempt, location)))}: {job.reason}".lstrip(": ")


def more(row: QuestionRow) -> list[str]:
    """Return further lines: approvals, expiry, answers of others, and fields."""
    far = " · ".join(filter(None, (row.approvals, row.expiry)))
    fields = listed((asked.label for asked in row.fields), most=8)
    return [
        *filter(None, (row.untold, far, *row.answers)),
        *([f"to proceed, fill in {fields}"] if fields else []),
    ]


def standing(row: QuestionRow) -> str:
    """Return who has taken a question, in words."""
    if row.mine:
        return "you have taken it"
    if row.responsible:
        return f"{row.responsible} has taken it"
    return "you may take it" if row.refusal is None else "you may not take it"


def refused(row: QuestionRow) -> str:
    """Return why this user may not answer a question now, or ""."""
    if row.mine or (row.responsible is None and row.refusal is None):
        return ""
    return f"{standing(row)}{f': {row.refusal}' if row.refusal else ''}"


def notification(state: State, name: str, user: str) -> str:
    """Return a new question in one line for a user who may answer it; empty for others."""
    question = state.interruptions.get(name)
    if question is None or question.responsible is not None:
        return ""
    if may_answer(state, question, user) is not None:
        return ""
    run = state.runs[question.run]
    return f"{run.id} {run.title} asks: {title(state, question)}"


def first(state: State, user: str, now: float, run: str | None = None) -> QuestionRow | None:
    """Return the question to answer next: of this run, else one that the user may answer, else the oldest."""
    oldest = state.asking.first()
    if oldest is None:
        return None
    asking = [state.interruptions[name] for _, name in state.asking]
    own = next((each for each in asking if each.run == run), None)
    mine = next((each for each in asking if may_answer(state, each, user) is None), None)
    return _row(state, own or mine or asking[0], user, now)
