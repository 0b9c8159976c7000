"""Guided failure: whether it is on, whether a failure asks, and the choices of answers (I7)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import Answer, Job, Outcome, Run, State, step_of
from octotui.model.process import Runbook
from octotui.model.space import Model

RETRIES = 10  # manual retries of one job


def is_guided(
    model: Model, definition: Runbook | None, environment: str | None, guidance: bool | None
) -> bool:
    """Return whether failures of a run ask people. Precedence: caller, process, environment."""
    if guidance is not None:
        return guidance
    if definition is not None and definition.guided_failure != "environment":
        return definition.guided_failure == "on"
    where = model.environments.get(environment or "")
    return where is not None and where.guided_failure == "on"


def asks(state: State, job: Job, outcome: Outcome) -> bool:
    """Return whether a job asks people instead of ending: it failed, but not by their own decision.

    A lost job always asks, since its effects are unknown (R4).
    """
    if outcome.state == "lost":
        return True
    if outcome.state != "failed" or not state.runs[job.run].request.guided:
        return False
    child = state.runs.get(job.child or "")
    return bool(job.stopping) or child is None or not _failed_by_people(state, child)


def _failed_by_people(state: State, run: Run) -> bool:
    """Return whether people made a run fail: by cancelling it, or by an answer in it or a child run."""
    if run.state == "cancelled":
        return True
    if any(state.interruptions[each].answer in ("abort", "fail") for each in run.progress.interruptions):
        return True
    failed = (state.jobs[name] for name in run.progress.jobs if state.jobs[name].state == "failed")
    children = (state.runs.get(job.child or "") for job in failed)
    return any(child is not None and _failed_by_people(state, child) for child in children)


def choices(state: State, job: Job) -> tuple[Answer, ...]:
    """Return the valid answers to a failure.

    Retries are limited; acquisitions and required steps can't be ignored, nor the target of a required step
    excluded.
    """
    asked = (state.interruptions[name] for name in state.runs[job.run].progress.interruptions)
    retried = sum(each.job == job.id and each.answer == "retry" for each in asked)
    answers: list[Answer] = ["retry"] if retried < RETRIES else []
    step = step_of(state, job)
    optional = step is not None and not step.required
    if optional:
        answers.append("ignore")
    answers.append("fail")
    if optional and job.target is not None:
        answers.append("exclude")
    return tuple(answers)


def ask(turn: Transaction, job: Job, outcome: Outcome) -> None:
    """Raise a question about a failed job; its run keeps its slot, its leases and the job's place."""
    turn.emit(
        events.AttemptFailed(
            run=job.run,
            job=job.id,
            reason=outcome.reason,
            exit_code=outcome.exit_code,
            artifacts=outcome.artifacts,
            retry_at=None,
            outcome=replace(outcome, artifacts=()),
        )
    )
    turn.emit(
        events.InterruptionRaised(
            run=job.run,
            job=job.id,
            interruption=f"question-{turn.state.next_interruption}",
            instructions=outcome.reason,
            kind="guided",
            choices=choices(turn.state, job),
        )
    )
