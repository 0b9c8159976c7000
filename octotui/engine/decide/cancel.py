"""Cancellation of a run, and of the child runs it waits for (Q6, S5)."""

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_job
from octotui.engine.decide.transaction import Transaction
from octotui.engine.state import ForChild, Job, Outcome, Run, RunEnd, in_order


def cancel(
    turn: Transaction,
    name: str,
    reason: str,
    *,
    ending: RunEnd = "cancelled",
    by: str | None = None,
    origin: str = "",
) -> None:
    """Begin to cancel a run and the child runs it waits for, all before anything they hold is reassigned."""
    turn.emit(events.RunCancelling(run=name, ending=ending, reason=reason, by=by, origin=origin))
    for job in open_jobs(turn, name):
        cancel_child(turn, job, f"its parent {name} was ended")


def cancel_all(turn: Transaction, reason: str) -> None:
    """Begin to cancel all runs, if there is a reason."""
    for run in in_order(turn.state) if reason else ():
        if not turn.run(run.id).ended and turn.run(run.id).state != "cancelling":
            cancel(turn, run.id, reason)


def cancel_child(turn: Transaction, job: Job, reason: str) -> None:
    """Begin to cancel the child run that a job waits for, unless it is being cancelled."""
    if isinstance(job.wait, ForChild) and turn.run(job.wait.run).state != "cancelling":
        cancel(turn, job.wait.run, reason)


def end_open_jobs(turn: Transaction, name: str) -> None:
    """End the waiting jobs of a run and stop the running ones; child runs are being cancelled already."""
    run = turn.run(name)
    for job in open_jobs(turn, name):
        if job.state == "running" and not job.stopping:
            turn.emit(events.JobStopping(run=name, job=job.id, reason=run.reason))
        elif job.state != "running" and not isinstance(job.wait, ForChild):
            _close_question(turn, run, job)
            end_job(turn, job, Outcome(state="cancelled", reason=run.reason))
    end_if_idle(turn, name)


def end_if_idle(turn: Transaction, name: str) -> None:
    """End a run that is being cancelled once it has no open jobs."""
    run = turn.run(name)
    if not run.progress.open:
        turn.end_run(name, run.ending, run.reason)


def open_jobs(turn: Transaction, name: str) -> list[Job]:
    """Return the open jobs of a run, in the order they were queued."""
    return [turn.job(each) for _, each in turn.run(name).progress.open]


def _close_question(turn: Transaction, run: Run, job: Job) -> None:
    for name in run.progress.interruptions:
        interruption = turn.state.interruptions[name]
        if interruption.job == job.id and interruption.open:
            turn.emit(events.InterruptionClosed(run=run.id, interruption=name))
