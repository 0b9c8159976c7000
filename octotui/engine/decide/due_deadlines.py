"""Deadlines that fire: start times, time and wait limits, expiry, backoff (Q5, S5, L6, I6)."""

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_or_ask
from octotui.engine.decide.cancel import cancel
from octotui.engine.decide.machines.health_checks import queue_due_checks
from octotui.engine.decide.machines.lost_machines import fail_without_machine, lose
from octotui.engine.decide.machines.machine_demand import give_up
from octotui.engine.decide.machines.machine_leases import lease_due
from octotui.engine.decide.questions import expire
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.locks import blockers
from octotui.engine.state import ForAnswer, ForLock, ForRetry, Job, Outcome, step_of
from octotui.engine.state.machine_health import check_deadline, loss_deadline
from octotui.engine.state.machine_leases import lease_deadline, wait_deadline


def is_due(turn: Transaction) -> bool:
    """Return whether a deadline is due."""
    first = turn.state.deadlines.first()
    return first is not None and first[0] <= turn.at


def _give_up(turn: Transaction, name: str) -> None:
    """Fail what has waited too long for a machine: a run, or its jobs that have lost theirs."""
    if turn.run(name).selection.leased:
        fail_without_machine(turn, name)
    else:
        give_up(turn, name)


def fire_deadline(turn: Transaction) -> None:
    """Fire the first deadline that is due, if any."""
    first = turn.state.deadlines.first()
    if first is None or first[0] > turn.at:
        return
    name = first[1]
    if name.startswith(check_deadline("")):
        queue_due_checks(turn)
    elif name.startswith(loss_deadline("")):
        lose(turn, name.removeprefix(loss_deadline("")))
    elif name.startswith(lease_deadline("")):
        lease_due(turn, name.removeprefix(lease_deadline("")))
    elif name.startswith(wait_deadline("")):
        _give_up(turn, name.removeprefix(wait_deadline("")))
    elif name in turn.state.jobs:
        _job(turn, turn.job(name))
    elif turn.run(name).queueing.not_before is not None:
        turn.emit(events.RunDue(run=name))
    else:
        reason = f"it exceeded its time limit of {turn.run(name).runbook.time_limit:g} s"
        cancel(turn, name, reason, ending="timed-out")


def _job(turn: Transaction, job: Job) -> None:
    if isinstance(job.wait, ForRetry):
        turn.emit(events.JobRetried(run=job.run, job=job.id, expected_wait=turn.expected_wait(job)))
    elif isinstance(job.wait, ForLock):
        end_or_ask(turn, job, Outcome(state="failed", reason=_waited(turn, job, job.wait)))
    elif isinstance(job.wait, ForAnswer):
        expire(turn, turn.state.interruptions[job.wait.interruption])
    else:
        step = step_of(turn.state, job)
        reason = f"it exceeded its time limit of {step.time_limit if step else 0:g} s"
        turn.emit(events.JobStopping(run=job.run, job=job.id, reason=reason))


def _waited(turn: Transaction, job: Job, wait: ForLock) -> str:
    names = ", ".join(dict.fromkeys(each.run for each in blockers(turn.state, job)))
    waited = turn.at - wait.since
    return f"waited {waited:g} s for the lock of {wait.machine}, its wait_limit; held by {names}"
