"""Effects of answers: to manual steps (I3, I6), and to failed jobs (I7)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_job
from octotui.engine.decide.machines.lost_machines import acquire_again
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import Interruption, Job, Outcome, manual_of
from octotui.model.quantities import duration


def apply_answer(turn: Transaction, event: events.InterruptionAnswered) -> None:
    """End or retry the job by the answer; do nothing while approvals are missing."""
    question = turn.state.interruptions[event.interruption]
    job = turn.job(question.job)
    if question.open:
        return
    match event.answer:
        case "proceed":
            reason = _expired(turn, question) if event.expired else ""
            end_job(turn, job, Outcome(state="succeeded", reason=reason, outputs=event.values))
        case "abort":
            reason = _expired(turn, question) if event.expired else f"aborted by {event.user}"
            end_job(turn, job, Outcome(state="failed", reason=reason))
        case "retry":
            acquire_again(turn, job)
            turn.emit(events.JobRetried(run=job.run, job=job.id, expected_wait=turn.expected_wait(job)))
        case "ignore":
            end_job(turn, job, _ignored(job, event.user))
        case "fail":
            end_job(turn, job, _failed(job))
        case "exclude":
            _exclude(turn, job, event.user)


def _expired(turn: Transaction, question: Interruption) -> str:
    """Return the reason of an expired question."""
    return f"expired: nobody answered within {duration(manual_of(turn.state, question).expires or 0.0)}"


def _exclude(turn: Transaction, job: Job, user: str) -> None:
    """Exclude the job's target from the rest of the run; the job counts as cancelled."""
    failed = _failed(job)
    reason = f"{user} excluded {job.target}: {failed.reason}"
    turn.emit(events.TargetExcluded(run=job.run, target=job.target or "", by=user, reason=reason))
    end_job(turn, job, replace(failed, state="cancelled", reason=reason))


def _failed(job: Job) -> Outcome:
    """Return the outcome the job would have had without guided failure."""
    return job.outcome or Outcome(state="failed", reason=job.reason, exit_code=job.exit_code)


def _ignored(job: Job, user: str) -> Outcome:
    """Return a success with a warning about the ignored failure."""
    failed = _failed(job)
    warning = (
        f"{user} ignored the failure: {failed.reason}" if failed.reason else f"{user} ignored the failure"
    )
    return replace(failed, state="succeeded-with-warnings", reason="", warnings=(*failed.warnings, warning))
