"""Reports of executors: progress and outcomes of attempts, retries with exponential backoff (S5, S7)."""

from typing import assert_never

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import ReportOutcome, ReportProgress
from octotui.engine.decide.guided_failure import ask, asks
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import Health, Job, JobProgress, Outcome, Run, step_of
from octotui.model.process import (
    Action,
    HealthCheck,
    Manual,
    Package,
    Rolling,
    Script,
    StartRunbook,
    Step,
    TemplateCall,
)

UNSET_OUTPUT, SENSITIVE_OUTPUT = "no such output was set", "it is sensitive"
DOUBLINGS = 10  # the limit of the exponential backoff


def report_progress(turn: Transaction, command: ReportProgress) -> None:
    """Accept progress of a running attempt; ignore it if stale, unchanged, or the job is being stopped."""
    job = turn.state.jobs.get(command.job)
    if job is None or job.state != "running" or job.stopping or job.attempt != command.attempt:
        return
    if job.progress != JobProgress(command.percentage, command.message):
        turn.emit(
            events.JobProgressed(
                run=job.run, job=job.id, percentage=command.percentage, message=command.message
            )
        )


def report_outcome(turn: Transaction, command: ReportOutcome) -> None:
    """Accept the outcome of the present attempt; ignore a stale one (fencing by attempt number)."""
    job = turn.state.jobs.get(command.job)
    if job is not None and job.state == "running" and job.attempt == command.attempt:
        end_attempt(turn, job, command.outcome)


def end_attempt(turn: Transaction, job: Job, outcome: Outcome) -> None:
    """End an attempt, and its job unless it is retried or people are asked (S5, I7)."""
    step = step_of(turn.state, job)
    outcome = _adjusted(
        turn.run(job.run), job, outcome if step is None else _with_warnings(step, job, outcome)
    )
    if step is not None and outcome.state == "failed" and job.attempt <= step.retries:
        turn.emit(
            events.AttemptFailed(
                run=job.run,
                job=job.id,
                reason=outcome.reason,
                exit_code=outcome.exit_code,
                artifacts=outcome.artifacts,
                retry_at=turn.at + step.backoff * 2.0 ** min(job.attempt - 1, DOUBLINGS),
            )
        )
    elif step is not None:
        _end(turn, job, step.action, outcome)
    else:
        end_or_ask(turn, job, outcome)


def _end(turn: Transaction, job: Job, action: Action, outcome: Outcome) -> None:
    """End a job by its kind of step."""
    match action:
        case HealthCheck() if outcome.state != "lost":
            _end_check(turn, job, action, outcome)
        case HealthCheck() | Script() | TemplateCall() | Package() | StartRunbook() | Manual() | Rolling():
            end_or_ask(turn, job, outcome)
        case _:
            assert_never(action)


def end_or_ask(turn: Transaction, job: Job, outcome: Outcome) -> None:
    """End a job, or with guided failure ask people (I7)."""
    if asks(turn.state, job, outcome):
        ask(turn, job, outcome)
    else:
        end_job(turn, job, outcome)


HEALTH: dict[str, Health] = {
    "succeeded": "healthy",
    "succeeded-with-warnings": "has-warnings",
    "failed": "unhealthy",
}


def _end_check(turn: Transaction, job: Job, check: HealthCheck, outcome: Outcome) -> None:
    """Record a target's health by its check; an unhealthy one may be excluded."""
    health = HEALTH.get(outcome.state)
    if job.target is None or health is None:
        end_job(turn, job, outcome)
        return
    if turn.state.health.get(job.target) != health:
        reason = outcome.reason or next(iter(outcome.warnings), "")
        turn.emit(events.HealthChanged(worker=job.target, health=health, reason=reason))
    if health == "unhealthy" and check.unhealthy == "exclude":
        reason = f"{job.target} is unhealthy: {outcome.reason}"
        turn.emit(events.TargetExcluded(run=job.run, target=job.target, by="", reason=reason))
        warnings = (*outcome.warnings, f"the run continues without it: {reason}")
        outcome = replace(outcome, state="succeeded-with-warnings", warnings=warnings)
    end_or_ask(turn, job, outcome)


def end_job(turn: Transaction, job: Job, outcome: Outcome) -> None:
    """End a job."""
    turn.emit(
        events.JobEnded(
            run=job.run,
            job=job.id,
            worker=job.worker,
            state=outcome.state,
            exit_code=outcome.exit_code,
            reason=outcome.reason,
            warnings=outcome.warnings,
            outputs=outcome.outputs,
            artifacts=outcome.artifacts,
            highlights=outcome.highlights,
            secrets=outcome.secrets,
            digests=outcome.digests,
        )
    )


def _adjusted(run: Run, job: Job, outcome: Outcome) -> Outcome:
    """Adjust an outcome: a job that was stopped or cancelled did not succeed."""
    if run.state == "cancelling":
        return replace(outcome, state="cancelled", reason=run.reason)
    if job.stopping:
        return replace(outcome, state="failed", reason=job.stopping)
    if outcome.state == "succeeded" and outcome.warnings:
        return replace(outcome, state="succeeded-with-warnings")
    if outcome.state == "cancelled":
        return replace(outcome, state="failed", reason=outcome.reason or "it was ended")
    return outcome


def _with_warnings(step: Step, job: Job, outcome: Outcome) -> Outcome:
    """Add a warning about outputs to publish that were not set, or are sensitive (V4)."""
    if job.target is not None or outcome.state not in ("succeeded", "succeeded-with-warnings"):
        return outcome  # another target may set it
    reasons = {name.lower(): SENSITIVE_OUTPUT for name in outcome.secrets}
    are_set = {name.lower() for name in outcome.outputs}
    warnings = tuple(
        f"{name} is not published into {into}: {reasons.get(name.lower(), UNSET_OUTPUT)}"
        for name, into in step.publish.items()
        if name.lower() not in are_set
    )
    return replace(outcome, warnings=outcome.warnings + warnings) if warnings else outcome


def child_outcome(child: Run) -> Outcome:
    """Return the outcome of a job that waited for a child run, with the run's output variables."""
    outputs = {f"Run[{step}].{name}": value for step, name, value in child.progress.outputs}
    secrets = tuple(dict.fromkeys(f"Run[{step}].{name}" for step, _, name in child.progress.secret_outputs))
    if child.state == "succeeded":
        return Outcome(state="succeeded", warnings=child.progress.warnings, outputs=outputs, secrets=secrets)
    cause = f": {child.reason}" if child.reason else ""
    if child.reason.startswith("cancelled by "):
        cause = child.reason.removeprefix("cancelled")
    ending = {"failed": "failed", "cancelled": "was cancelled", "timed-out": "timed out"}[child.state]
    return Outcome(state="failed", reason=f"{child.id} {ending}{cause}", outputs=outputs, secrets=secrets)
