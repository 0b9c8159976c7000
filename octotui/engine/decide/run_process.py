"""The life of a run: queued, planned, its groups of steps started in order, ended (S2, S3)."""

from typing import cast

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.commands import StartRun
from octotui.engine.decide.attempt_outcomes import end_job
from octotui.engine.decide.guided_failure import is_guided
from octotui.engine.decide.machines.awaited_checks import await_checks
from octotui.engine.decide.machines.lost_machines import acquirable, reselect_lost, stranded
from octotui.engine.decide.machines.machine_demand import await_machines
from octotui.engine.decide.target_steps import TargetSelection, begin, find_targets, outermost
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.machines import acquisitions, job_kind, machine_of, mode_on
from octotui.engine.rules.run_queue import wait_cycle
from octotui.engine.rules.start_prompts import GivenValues
from octotui.engine.rules.step_conditions import not_due, verdict
from octotui.engine.rules.targets.cluster_workers import worker_needs
from octotui.engine.rules.variable_context import lookup, values_for
from octotui.engine.rules.worker_selection import select
from octotui.engine.state import Outcome, Run, step_of
from octotui.engine.state.releases import Release
from octotui.model.complaints import Reason
from octotui.model.process import Manual
from octotui.variables.fill import Filler, warnings_of
from octotui.variables.template import OverBudget


def queue_run(
    turn: Transaction,
    command: StartRun,
    given: GivenValues,
    release: Release | None,
    parent: str | None = None,
) -> None:
    """Queue a run of a declared runbook, or of a release; guided failure is decided now (I7).

    `given` are the validated values; `parent` is the job that starts the run, if any, whose run's priority it
    inherits.
    """
    name, model, process = f"run-{turn.state.next_run}", turn.state.model, command.process
    declared = model.process(process)
    definition = release.definition if release else declared
    above = turn.run(turn.job(parent).run) if parent else None
    turn.emit(
        events.RunQueued(
            run=name,
            root=above.root if above else name,
            process=process,
            name=release.title if release else declared.name if declared else process,
            environment=command.environment,
            tenant=command.tenant,
            parent=parent,
            requester=command.requester,
            variables=dict(given.variables),
            release=replace(release, deployed=()) if release else None,
            skip=command.skip,
            guided=is_guided(model, definition, command.environment, _guidance(turn, command, parent)),
            guidance=command.guided,
            secrets=tuple(given.secrets),
            priority=bool((definition and definition.priority) or (above and above.queueing.priority)),
            not_before=_if_future(turn, command.not_before),
            schedule=command.schedule,
            due=command.due,
            origin=command.origin,
            warnings=given.warnings,
        )
    )


def _guidance(turn: Transaction, command: StartRun, parent: str | None) -> bool | None:
    """Return the guidance of who starts a run, or None; a caller takes precedence over a step (I7)."""
    step = step_of(turn.state, turn.job(parent)) if parent else None
    declared = step.child_run.guided_failure if step and step.child_run else None
    return declared == "on" if command.guided is None and declared is not None else command.guided


def _if_future(turn: Transaction, at: float | None) -> float | None:
    """Return a time if it is in the future, else None."""
    return at if at is not None and at > turn.at else None


def child_refusal(
    turn: Transaction, run: Run, child: tuple[str, str | None, str | None], start: float | None = None
) -> Reason | None:
    """Return why a run may not start a child (process, environment, tenant), or None; prevents recursion."""
    process = child[0]
    if process not in turn.state.model.runbooks:
        return f"runbook {process} is not in the model any more"
    ancestor: Run | None = run if _if_future(turn, start) is None else None
    while ancestor is not None and ancestor.queued_at == turn.at:
        if (ancestor.request.process, ancestor.request.environment, ancestor.request.tenant) == child:
            return (
                f"runbook {process} would start itself without end: it starts itself again at the same moment"
            )
        ancestor = turn.run(turn.job(ancestor.parent).run) if ancestor.parent else None
    return None


def fail_circular_wait(turn: Transaction, name: str) -> None:
    """Fail a queued run that closes a cycle of waits (a deadlock), and name the cycle (L5)."""
    runs = wait_cycle(turn.state, turn.run(name))
    if runs:
        path = " → ".join([*(each.id for each in runs), name])
        reason = f"deadlock: it would wait for itself ({path})"
        turn.end_run(name, "failed", reason)


def plan(turn: Transaction, name: str) -> None:
    """Select workers and targets for all pending steps, or fail the run before any of them (W6, W7, W11).

    Where a dynamic pool has no machine, the run waits for one, and is planned again (W12). So it is where
    all workers of a pool are other machines that have never been checked (W4).
    """
    run = turn.run(name)
    if not run.selection.picks:
        _skip_what_does_not_apply(turn, run)
        run = turn.run(name)
    targets = find_targets(turn.state, run)
    selection = select(turn.state, run, worker_needs(turn.state, run, targets.steps))
    if problems := selection.problems + targets.problems:
        turn.end_run(name, "failed", "; ".join(problems))
        return
    if selection.awaited:
        await_machines(turn, run, selection.awaited, selection.ready)
        return
    if selection.unchecked:
        await_checks(turn, run, selection.unchecked, selection.ready)
        return
    waits = run.selection.awaits_until is not None or run.awaits_checks
    if selection.picks or waits:  # it ends the wait, also for no worker
        turn.emit(events.WorkersSelected(run=name, picks=selection.picks))
    if targets.steps:
        _select_targets(turn, run, targets)
    start_next_group(turn, name)


def _select_targets(turn: Transaction, run: Run, selection: TargetSelection) -> None:
    """Record the targets of each step; skip a step without any."""
    turn.emit(events.TargetsSelected(run=run.id, steps=selection.steps, rejected=selection.rejected))
    for each in selection.steps:
        if not each.targets:
            roles = " or ".join(run.runbook.steps[each.step].roles)
            reason = f"no target with the role {roles} is available for its environment and tenant"
            turn.emit(events.StepSkipped(run=run.id, step=each.step, reason=reason))


def _skip_what_does_not_apply(turn: Transaction, run: Run) -> None:
    for index, step in enumerate(run.runbook.steps):
        reason = run.not_applicable(step) or _within_skipped(turn.run(run.id), index)
        if reason is not None and run.progress.steps[index].state == "pending":
            turn.emit(events.StepSkipped(run=run.id, step=index, reason=reason))


def _within_skipped(run: Run, index: int) -> Reason | None:
    """Return why a child step is skipped with its rolling step, or None."""
    outer = outermost(run, index)
    skipped = run.progress.steps[outer].state == "skipped"
    return f"“{run.runbook.steps[outer].name}” is skipped" if skipped else None


def start_next_group(turn: Transaction, name: str) -> None:
    """Start the next group of a run without open jobs, or end the run."""
    while (run := turn.run(name)).progress.group < len(run.groups):
        steps, progress = run.runbook.steps, run.progress
        pending = [each for each in run.groups[progress.group] if progress.steps[each].state == "pending"]
        machines = [index for index in pending if job_kind(steps[index].action) != "manual"]
        if machines:
            if _acquire(turn, run, machines) or _start(turn, run, machines):
                return
        elif _ask(turn, run, pending):
            return
    turn.end_run(name, "failed" if run.progress.failed else "succeeded", run.reason)


def _acquire(turn: Transaction, run: Run, steps: list[int]) -> bool:
    """Queue the acquisition of packages before the first steps that need any; return whether it did (P2)."""
    if run.selection.acquired in ("yes", "failed"):
        return False
    if not any(run.runbook.steps[each].acquires and _would_run(turn, run, each) for each in steps):
        return False
    reselect_lost(turn, run.id, needed=True)
    run = turn.run(run.id)
    # None where all targets are excluded.
    needed = [each for each in acquisitions(run) if acquirable(turn, run, each[0])]
    for worker, packages in needed:
        turn.emit(
            events.JobQueued(
                run=run.id,
                job=_next_job(turn, run),
                kind="acquire",
                worker=worker,
                mode="exclusive",
                packages=packages,
            )
        )
    return bool(needed)


def _would_run(turn: Transaction, run: Run, index: int) -> bool:
    """Return whether a step, or for a child step its rolling step, would run now."""
    try:
        return not_due(turn.state, run, outermost(run, index), turn.budget(run.id)) is None
    except OverBudget:
        return True  # it fails when it is started


def _start(turn: Transaction, run: Run, steps: list[int]) -> bool:
    """Start the due steps of a group concurrently, skip the others; return whether anything was queued."""
    started = False
    for index in steps:
        if run.runbook.steps[index].within:
            _skip_with_outermost(turn, run.id, index)
        elif _is_due(turn, run, index):
            started |= _begin(turn, run, index)
        else:
            started |= turn.run(run.id).progress.steps[index].state == "failed"
    return started


def _is_due(turn: Transaction, run: Run, index: int) -> bool:
    """Return whether a step runs now; otherwise skip it, or fail it if its condition is over budget.

    Its skipped targets are recorded too.
    """
    try:
        judged = verdict(turn.state, run, index, turn.budget(run.id))
    except OverBudget as error:
        _fail(turn, run, index, f"its condition cannot be evaluated: {error.reason}")
        return False
    for target, reason in judged.by_target.items():
        turn.emit(events.TargetSkipped(run=run.id, step=index, target=target, reason=reason))
    if judged.not_due is not None:
        turn.emit(events.StepSkipped(run=run.id, step=index, reason=judged.not_due))
    return judged.not_due is None


def _begin(turn: Transaction, run: Run, index: int) -> bool:
    if run.runbook.steps[index].for_targets:
        return begin(turn, run.id, index)
    return _queue(turn, run, index)


def _fail(turn: Transaction, run: Run, index: int, reason: str) -> None:
    """Fail a step that cannot begin: its job ends without a machine or retry."""
    kind, job = job_kind(run.runbook.steps[index].action), _next_job(turn, run)
    turn.emit(events.JobQueued(run=run.id, job=job, kind=kind, step=index))
    end_job(turn, turn.job(job), Outcome(state="failed", reason=reason))


def _skip_with_outermost(turn: Transaction, name: str, index: int) -> None:
    """Skip a child step if its rolling step is skipped."""
    run = turn.run(name)
    reason = _within_skipped(run, index)
    if reason is not None and run.progress.steps[index].state == "pending":
        turn.emit(events.StepSkipped(run=name, step=index, reason=reason))


def _queue(turn: Transaction, run: Run, index: int) -> bool:
    """Queue the single job of a step on its worker; where that is lost, on another one, or fail it (M6)."""
    kind = job_kind(run.runbook.steps[index].action)
    if (problem := stranded(turn, run, index)) is not None:
        _fail(turn, run, index, problem)
        return True
    run = turn.run(run.id)
    turn.emit(
        events.JobQueued(
            run=run.id,
            job=_next_job(turn, run),
            kind=kind,
            step=index,
            worker=machine_of(run, index),
            mode=mode_on(turn.state, run, index) if kind == "script" else None,
        )
    )
    return True


def _ask(turn: Transaction, run: Run, steps: list[int]) -> bool:
    """Raise the questions of a group's manual steps, once nothing else of it runs, and pause the run (I1)."""
    due = [index for index in steps if _is_due(turn, run, index)]
    asked = [_raise(turn, run, index, cast("Manual", run.runbook.steps[index].action)) for index in due]
    if any(asked):
        turn.emit(events.RunPaused(run=run.id))
    return any(asked) or any(turn.run(run.id).progress.steps[index].state == "failed" for index in steps)


def _raise(turn: Transaction, run: Run, index: int, action: Manual) -> bool:
    """Raise the question of a manual step; return False if its instructions are over budget and it fails."""
    job = _next_job(turn, run)
    turn.emit(events.JobQueued(run=run.id, job=job, kind="manual", step=index))
    values = lookup(values_for(turn.state, run, index, action.instructions))
    try:
        filled = Filler(values, turn.at, turn.budget(run.id)).fill_in(action.instructions)
    except OverBudget as error:
        reason = f"its instructions cannot be filled in: {error.reason}"
        end_job(turn, turn.job(job), Outcome(state="failed", reason=reason))
        return False
    turn.emit(
        events.InterruptionRaised(
            run=run.id,
            job=job,
            interruption=f"question-{turn.state.next_interruption}",
            instructions=filled.text,
            teams=action.teams,
            warnings=warnings_of(filled),
        )
    )
    return True


def has_runnable_step(turn: Transaction, run: Run) -> bool:
    """Return whether any pending step would run now (W7)."""
    return any(
        progress.state == "pending" and not run.runbook.steps[index].within and _would_run(turn, run, index)
        for index, progress in enumerate(run.progress.steps)
    )


def _next_job(turn: Transaction, run: Run) -> str:
    return f"job-{run.number}.{len(turn.run(run.id).progress.jobs) + 1}"
