"""The effects of events of questions on a State (I1 to I7)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve.deadlines import set_deadline
from octotui.engine.evolve.jobs import add_warnings, with_job
from octotui.engine.rules.machines import acquisition_name
from octotui.engine.state import (
    ForAnswer,
    GivenAnswer,
    Interruption,
    State,
    manual_of,
    step_of,
)
from octotui.engine.state.run_parts import with_progress


def raised(state: State, event: events.InterruptionRaised) -> State:
    """Add a question; a manual step's job starts with it, a failed job has had its attempt."""
    run = state.runs[event.run]
    job = replace(state.jobs[event.job], state="asking", wait=ForAnswer(event.at, event.interruption))
    step = step_of(state, job)
    if event.kind == "manual":
        job = replace(job, attempt=1, started_at=event.at)
        limit = step.question.expires if step and step.question else None
        state, job = set_deadline(state, job, None if limit is None else event.at + limit)
    interruption = Interruption(
        id=event.interruption,
        run=event.run,
        job=event.job,
        step=step.name if step else acquisition_name(job),
        instructions=event.instructions,
        teams=event.teams,
        raised_at=event.at,
        kind=event.kind,
        choices=event.choices,
    )
    run = with_progress(
        run,
        interruptions=(*run.progress.interruptions, interruption.id),
        warnings=add_warnings(run.progress.warnings, event.warnings),
    )
    return replace(
        with_job(state, run, job),
        next_interruption=state.next_interruption + 1,
        asking=state.asking.add((event.at, interruption.id)),
        interruptions=state.interruptions.insert(interruption.id, interruption),
    )


def taken(state: State, event: events.InterruptionTaken) -> State:
    """Set the responsible user."""
    return _with_responsible(state, event.interruption, event.user)


def released(state: State, event: events.InterruptionReleased) -> State:
    """Clear the responsible user."""
    return _with_responsible(state, event.interruption, None)


def handed_over(state: State, event: events.InterruptionHandedOver) -> State:
    """Replace the responsible user."""
    return _with_responsible(state, event.interruption, event.to)


def _with_responsible(state: State, name: str, user: str | None) -> State:
    question = replace(state.interruptions[name], responsible=user)
    return replace(state, interruptions=state.interruptions.insert(name, question))


def answered(state: State, event: events.InterruptionAnswered) -> State:
    """Add an answer; close the question unless more approvals are needed (I6)."""
    question = state.interruptions[event.interruption]
    if event.expired:
        question = replace(question, responsible=None, expired=True)
    else:
        question = replace(question, answers=(*question.answers, _given_answer(event)), notes=event.notes)
        if event.answer == "proceed" and len(question.answers) < manual_of(state, question).approvals:
            freed = replace(question, responsible=None)
            return replace(state, interruptions=state.interruptions.insert(freed.id, freed))
    return _end_interruption(state, replace(question, answer=event.answer, ended_at=event.at))


def _given_answer(event: events.InterruptionAnswered) -> GivenAnswer:
    return GivenAnswer(
        user=event.user,
        answer=event.answer,
        at=event.at,
        notes=event.notes,
        values=event.values,
        secrets=event.secrets,
    )


def notice_failed(state: State, event: events.NoticeFailed) -> State:
    """Add the warning to the run and to the question."""
    run = state.runs[event.run]
    run = with_progress(run, warnings=add_warnings(run.progress.warnings, (event.reason,)))
    question = replace(state.interruptions[event.interruption], untold=event.reason)
    return replace(
        state,
        runs=state.runs.insert(run.id, run),
        interruptions=state.interruptions.insert(question.id, question),
    )


def closed(state: State, event: events.InterruptionClosed) -> State:
    """Close the question without an answer."""
    return _end_interruption(state, replace(state.interruptions[event.interruption], ended_at=event.at))


def _end_interruption(state: State, over: Interruption) -> State:
    return replace(
        state,
        asking=state.asking.discard((over.raised_at, over.id)),
        interruptions=state.interruptions.insert(over.id, over),
    )
