"""What follows from an answer: to a manual step (I3, I6), or to a job that failed (I7)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_job
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import Interruption, Job, Outcome, manual_of
from octotui.model.quantities import duration


def apply_answer(turn: Transaction, event: events.InterruptionAnswered) -> None:
    """Let the job that asked end as the answer says, or try again; one of several approvals is no end."""
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
            turn.emit(events.JobRetried(run=job.run, job=job.id))
        case "ignore":
            end_job(turn, job, _ignored(job, event.user))
        case "fail":
            end_job(turn, job, _failed(job))
        case "exclude":
            _exclude(turn, job, event.user)


def _expired(turn: Transaction, question: Interruption) -> str:
    """Why a question has an answer that nobody gave."""
    return f"expired: nobody answered within {duration(manual_of(turn.state, question).expires or 0.0)}"


def _exclude(turn: Transaction, job: Job, user: str) -> None:
    """The rest of the run goes without the job's target; the job is neither a success nor a failure."""
    failed = _failed(job)
    reason = f"{user} excluded {job.target}: {failed.reason}"
    turn.emit(events.TargetExcluded(run=job.run, target=job.target or "", by=user, reason=reason))
    end_job(turn, job, replace(failed, state="cancelled", reason=reason))


def _failed(job: Job) -> Outcome:
    """What the job would have ended with if nobody had been asked."""
    return job.outcome or Outcome(state="failed", reason=job.reason, exit_code=job.exit_code)


def _ignored(job: Job, user: str) -> Outcome:
    """The failure as a warning that says who ignored what."""
    failed = _failed(job)
    warning = (
        f"{user} ignored the failure: {failed.reason}" if failed.reason else f"{user} ignored the failure"
    )
    return replace(failed, state="succeeded-with-warnings", reason="", warnings=(*failed.warnings, warning))
