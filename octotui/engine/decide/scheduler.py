"""The scheduler: reacts to events by granting locks, slots and places, and by starting the next steps."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import StartRun
from octotui.engine.decide.answered_questions import apply_answer
from octotui.engine.decide.attempt_outcomes import child_outcome, end_attempt
from octotui.engine.decide.cancel import cancel_child, end_if_idle, end_open_jobs
from octotui.engine.decide.create_release import newest_release, publish
from octotui.engine.decide.machines.awaited_checks import judged, runs_awaiting
from octotui.engine.decide.machines.health_checks import plan_checks, start_checks
from octotui.engine.decide.machines.lost_machines import (
    fail_without_packages,
    found_again,
    replace_lost_machine,
    reselect_awaited,
)
from octotui.engine.decide.machines.machine_demand import awaiting_runs
from octotui.engine.decide.machines.machine_leases import follow_leases
from octotui.engine.decide.run_process import (
    child_refusal,
    fail_circular_wait,
    has_runnable_step,
    plan,
    queue_run,
    start_next_group,
)
from octotui.engine.decide.target_steps import start_following
from octotui.engine.decide.transaction import Transaction
from octotui.engine.estimates.jobs import about
from octotui.engine.events import AnyEvent
from octotui.engine.rules.child_values import ChildValueError, child_start, given_to_child
from octotui.engine.rules.locks import grantable
from octotui.engine.rules.run_queue import next_to_go
from octotui.engine.state import ForChild, Job, Outcome, Run, in_order


def schedule(turn: Transaction) -> None:
    """React to each event once, in order, including the events emitted meanwhile."""
    while turn.looked_at < len(turn.events):
        turn.looked_at += 1
        _react(turn, turn.events[turn.looked_at - 1])


def _react(turn: Transaction, event: AnyEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - one line an event
    match event:  # the most frequent ones first
        case events.JobQueued() | events.JobPlaced() | events.JobRetried():
            _start_if_ready(turn, turn.job(event.job))
        case events.JobStarted():
            _start_child(turn, turn.job(event.job))
        case events.JobEnded():
            _after_job(turn, event)
        case events.RunQueued() | events.RunDue() | events.PackagesChosen() | events.RunRequeued():
            fail_circular_wait(turn, event.run)
            _fill_slots(turn)
        case events.RunStarted():
            plan(turn, event.run)
        case events.RunResumed():
            _continue_run(turn, event.run)
        case events.ModelLoaded():
            _use_new_limits(turn)
            follow_leases(turn, event)
            plan_checks(turn)  # those of new workers are awaited
            _plan_again(turn)
            for name in runs_awaiting(turn.state):
                plan(turn, name)
            start_checks(turn)
        case (events.ChecksQueued() | events.MachineChecked()) | (
            events.ChecksPlanned() | events.HealthChanged()
        ):
            start_checks(turn)
            _grant_again(turn, event)
            _plan_checked(turn, event)
            follow_leases(turn, event)
        case events.MachineLost():
            replace_lost_machine(turn, event)
            follow_leases(turn, event)
        case events.WorkerReselected():
            _grant(turn, event.pick.worker)
            follow_leases(turn, event)
        case events.WorkersSelected() | events.MachineProvisioned() | events.MachineAdopted():
            follow_leases(turn, event)
        case events.MachineReady():
            _plan_again(turn, turn.state.machine_leases[event.lease].pool)
            follow_leases(turn, event)
        case events.MachineToBeDestroyed() | events.MachineDraining():
            plan_checks(turn)
            follow_leases(turn, event)
        case events.MachineDestroyed():
            follow_leases(turn, event)
        case events.JobMoved():
            _grant(turn, event.worker)
        case events.RunYielded() | events.RunPaused():
            _fill_slots(turn)
            follow_leases(turn, event)
        case events.RunCancelling():
            end_open_jobs(turn, event.run)
        case events.RunEnded():
            _end_parent_job(turn, event)
            _fill_slots(turn)
            follow_leases(turn, event)
        case events.JobStopping():
            cancel_child(turn, turn.job(event.job), f"{event.run} exceeded its time limit")
        case events.AttemptFailed():
            _grant(turn, turn.job(event.job).worker)
        case events.InterruptionAnswered():
            apply_answer(turn, event)
        case (
            (events.RunAwaitsMachines() | events.RunAwaitsChecks())
            | (events.TargetsSelected() | events.TargetExcluded())
            | (events.MachineRequested() | events.ProvisioningFailed() | events.ProvisioningRetried())
            | (events.MachineDue() | events.DestroyFailed() | events.DestroyRetried())
            | (events.RunMoved() | events.StepSkipped() | events.TargetSkipped() | events.VariablePublished())
            | (events.JobProgressed() | events.JobUnreachable() | events.JobReached())
            | (events.PassphraseGiven() | events.CommandSent())
            | (events.InterruptionRaised() | events.InterruptionTaken())
            | (events.InterruptionReleased() | events.InterruptionHandedOver() | events.InterruptionClosed())
            | (events.NoticeFailed() | events.CheckStarted())
            | events.ReleaseCreated()
            | (events.ScheduleMissed() | events.ActionRefused() | events.RunsRemoved())
            | events.FilesRemoved()
        ):
            pass  # nothing waits for these
        case _:
            assert_never(event)


def _plan_again(turn: Transaction, pool: str | None = None) -> None:
    """Plan runs again that wait for a machine, of a pool or of any (W12), or select what they have lost."""
    for name in awaiting_runs(turn.state, pool):
        if turn.run(name).selection.leased:
            reselect_awaited(turn, name)
            _continue_run(turn, name)
        else:
            plan(turn, name)


def _plan_checked(turn: Transaction, event: AnyEvent) -> None:
    """Plan runs again that have waited for the first check of a machine (W4)."""
    for name in runs_awaiting(turn.state, judged(event)):
        plan(turn, name)


def _fill_slots(turn: Transaction) -> None:
    """Give free slots of the cap to the next runs (Q1, Q4)."""
    while (run := next_to_go(turn.state)) is not None:
        if run.queueing.resuming:
            turn.emit(events.RunResumed(run=run.id))
        else:
            turn.emit(events.RunStarted(run=run.id))


def _use_new_limits(turn: Transaction) -> None:
    """Apply the limits of a new model, which may allow more concurrency, to all runs."""
    for run in in_order(turn.state):
        _place(turn, run.id)
    _fill_slots(turn)


def _grant(turn: Transaction, machine: str | None) -> None:
    """Start the jobs at the head of a machine's lock queue that the lock admits (L2)."""
    while machine is not None and (job := grantable(turn.state, machine)) is not None:
        takes = about(turn.state, job)
        expected = UNSET if takes is None else takes
        turn.emit(events.JobStarted(run=job.run, job=job.id, attempt=job.attempt + 1, expected=expected))


def _grant_again(turn: Transaction, event: AnyEvent) -> None:
    """Start what waited for a machine that was lost, and is reached again or in the model no more."""
    if isinstance(event, events.MachineChecked):
        found_again(turn, event.machine)
        _grant(turn, event.machine)
    if isinstance(event, events.HealthChanged):
        _grant(turn, event.worker)
    gone = (*event.forgotten, *event.unknown) if isinstance(event, events.ChecksPlanned) else ()
    for machine in gone:
        _grant(turn, machine)


def _start_if_ready(turn: Transaction, job: Job) -> None:
    """Start a job that has its place, when it holds its lock or needs none."""
    if job.mode is not None:
        _grant(turn, job.worker)
    elif job.kind == "runbook" and job.wait is None and job.state == "waiting":
        turn.emit(events.JobStarted(run=job.run, job=job.id, attempt=job.attempt + 1))


def _place(turn: Transaction, name: str) -> None:
    """Give free places of a run to its waiting jobs (a semaphore of `max_parallelism`)."""
    limit = turn.state.model.engine.max_parallelism
    while (run := turn.run(name)).queueing.slot and run.progress.placed < limit:
        first = run.progress.unplaced.first()
        if first is None:
            break
        wait = turn.expected_wait(turn.job(first[1]))
        turn.emit(events.JobPlaced(run=name, job=first[1], expected_wait=wait))


def _start_child(turn: Transaction, job: Job) -> None:
    """Queue the child run of a step; without `wait` the step succeeds at once."""
    run = turn.run(job.run)
    child = None if job.step is None else run.runbook.steps[job.step].child_run
    if job.step is None or child is None or job.state != "running":
        return
    command = StartRun(
        process=child.runbook,
        environment=child.environment or run.request.environment,
        tenant=child.tenant or run.request.tenant,
        requester=run.request.requester,
        guided=run.request.guidance,
    )
    release = newest_release(turn.state, child.runbook)
    try:
        budget = turn.budget(run.id)
        given = given_to_child(turn.state, run, job.step, command, release, budget, turn.mask)
        start = child_start(turn.state, run, job.step, budget)
        reason = child_refusal(turn, run, (command.process, command.environment, command.tenant), start)
    except ChildValueError as error:
        reason = str(error)
    if reason is not None:
        end_attempt(turn, job, Outcome(state="failed", reason=reason))
        return
    queue_run(turn, replace(command, not_before=start), given, release, parent=job.id)
    if child.wait:
        _maybe_yield(turn, run.id)
    else:
        end_attempt(turn, turn.job(job.id), Outcome(state="succeeded"))


def _maybe_yield(turn: Transaction, name: str) -> None:
    """Release the slot of a run whose open jobs all wait for child runs (Q4)."""
    run = turn.run(name)
    busy = len(run.progress.open) - len(run.progress.unplaced) - run.progress.children
    if run.state == "executing" and run.queueing.slot and run.progress.open and busy == 0:
        turn.emit(events.RunYielded(run=name))


def _after_job(turn: Transaction, event: events.JobEnded) -> None:
    """Grant the lock that a job held to the next, and continue the run."""
    fail_without_packages(turn, event)
    _grant(turn, event.worker)
    run = turn.state.runs.get(event.run)
    if run is None:
        return  # its whole family has ended meanwhile
    publish(turn, event)
    if run.state == "cancelling":
        end_if_idle(turn, run.id)
    elif run.queueing.resuming:
        _fill_slots(turn)
    elif run.state == "executing":
        start_following(turn, turn.job(event.job))
        if not _ends_more(turn, run.id):
            _continue_run(turn, run.id)
    elif run.state == "paused" and not run.progress.open:
        _after_last_answer(turn, run)


def _ends_more(turn: Transaction, name: str) -> bool:
    """Return whether another job of a run has ended meanwhile, which is reacted to next.

    So it is where several are lost with their machine, or one fails as it is queued.
    """
    coming = turn.events[turn.looked_at :]
    return any(isinstance(event, events.JobEnded) and event.run == name for event in coming)


def _continue_run(turn: Transaction, name: str) -> None:
    """Continue a run that has a slot, unless it has ended meanwhile, or waits before it begins."""
    run = turn.state.runs.get(name)
    if run is None or not run.queueing.slot or run.awaits_workers:
        return
    _place(turn, name)
    if run.progress.open:
        _maybe_yield(turn, name)
    else:
        start_next_group(turn, name)


def _after_last_answer(turn: Transaction, run: Run) -> None:
    """Queue the run again if any step can still run, else end it (W7, I3)."""
    if has_runnable_step(turn, run):
        turn.emit(events.RunRequeued(run=run.id))
    else:
        start_next_group(turn, run.id)


def _end_parent_job(turn: Transaction, event: events.RunEnded) -> None:
    """End the job that waited for a child run."""
    child = turn.state.runs.get(event.run)
    parent = turn.state.jobs.get(child.parent) if child is not None and child.parent else None
    if child is not None and parent is not None and isinstance(parent.wait, ForChild):
        end_attempt(turn, parent, child_outcome(child))
