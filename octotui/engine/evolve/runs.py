"""The effects of events of runs on a State."""

from msgspec import UNSET
from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve import version_1
from octotui.engine.evolve.deadlines import set_deadline
from octotui.engine.evolve.machine_leases import awaits_no_more
from octotui.engine.evolve.releases import deployed
from octotui.engine.rules import run_queue
from octotui.engine.rules.run_queue import Held
from octotui.engine.state import (
    Family,
    ForChild,
    Pick,
    Run,
    RunProgress,
    RunQueueing,
    RunRequest,
    RunSelection,
    State,
    StepProgress,
    cursor_key,
)
from octotui.engine.state.run_parts import with_progress, with_queueing, with_selection
from octotui.engine.state.sequence import PersistentVector
from octotui.engine.state.sorted_sequence import SortedSequence
from octotui.model.process import Runbook

NO_LEASES = SortedSequence()
EMPTY_FAMILY = Family(PersistentVector(), 0)


def new_run(state: State, event: events.RunQueued) -> Run:
    """Return the queued run, without its concurrency tag."""
    release = event.release
    runbook = (release.definition if release else _declared(state, event.process)).flat()
    tenant = state.model.tenants.get(event.tenant or "")
    number = int(event.run.removeprefix("run-"))  # by its id: a replay of one family lacks the other runs
    return Run(
        id=event.run,
        number=number,
        root=event.root,
        parent=event.parent,
        runbook=runbook,
        groups=runbook.groups(),
        request=RunRequest(
            process=event.process,
            environment=event.environment,
            tenant=event.tenant,
            tenant_tags=tenant.tags if tenant else (),
            requester=event.requester,
            schedule=event.schedule,
            release=release,
            variables=event.variables,
            secrets=event.secrets,
            skip=event.skip,
            guided=event.guided,
            guidance=event.guidance,
        ),
        queueing=RunQueueing(ticket=event.seq, priority=event.priority, not_before=event.not_before),
        selection=RunSelection(versions=release.versions if release else None),
        progress=RunProgress(
            steps=PersistentVector(StepProgress() for _ in runbook.steps),
            warnings=event.warnings,
        ),
        queued_at=event.at,
    )


def queued(state: State, event: events.RunQueued) -> State:
    """Add a run to the queue, and link it to its parent's job."""
    run = new_run(state, event)
    run = with_progress(run, pending=_pending(run, 0))
    if event.schedule is not None and event.due is not None:
        state = _with_due_time(state, event.schedule, event.due)
    if event.not_before is not None:
        state, run = set_deadline(state, run, event.not_before)
    family = state.families.get(event.root, EMPTY_FAMILY)
    family = Family(family.runs.add(run.id), family.open + 1)
    state = replace(state, next_run=run.number + 1, families=state.families.insert(event.root, family))
    run = with_queueing(run, tag=version_1.tag_of(state, run) if event.tag is UNSET else event.tag)
    return _with(*run_queue.enqueue(_with_child(state, event), run))


def _declared(state: State, process: str) -> Runbook:
    """Return a process of the model. Raises KeyError."""
    definition = state.model.process(process)
    if definition is None:
        raise KeyError(process)
    return definition


def _with_child(state: State, event: events.RunQueued) -> State:
    """Link the parent's job to its child run, and let it wait if its step does."""
    if event.parent is None:
        return state
    job = state.jobs[event.parent]
    run = state.runs[job.run]
    child = run.runbook.steps[job.step or 0].child_run
    if child is None or not child.wait:
        return replace(state, jobs=state.jobs.insert(job.id, replace(job, child=event.run)))
    job = replace(job, child=event.run, state="waiting", wait=ForChild(event.at, event.run))
    run = with_progress(run, children=run.progress.children + 1)
    return replace(state, jobs=state.jobs.insert(job.id, job), runs=state.runs.insert(run.id, run))


def _with_due_time(state: State, schedule: str, due: float) -> State:
    """Record the last due time of a schedule: no time up to it is started again."""
    schedules = state.schedules.insert(schedule, due)
    return replace(state, schedules=schedules, missed=state.missed.discard(schedule))


def missed(state: State, event: events.ScheduleMissed) -> State:
    """Record the missed time of a schedule, with the reason."""
    state = _with_due_time(state, event.schedule, event.due)
    return replace(state, missed=state.missed.insert(event.schedule, event.reason))


def due(state: State, event: events.RunDue) -> State:
    """Add the run to the queue now, behind those queued earlier."""
    state, run = set_deadline(state, state.runs[event.run], None)
    return _with(*run_queue.enqueue(state, with_queueing(run, not_before=None, ticket=event.seq)))


def moved(state: State, event: events.RunMoved) -> State:
    """Move the run before all that were not moved."""
    state, run = run_queue.dequeue(state, state.runs[event.run])
    return _with(*run_queue.enqueue(state, with_queueing(run, moved=True)))


def packages_chosen(state: State, event: events.PackagesChosen) -> State:
    """Set the run's versions, and queue it."""
    run = with_selection(state.runs[event.run], versions=event.versions, problems=event.problems)
    return _with(*run_queue.enqueue(state, run))


def started(state: State, event: events.RunStarted) -> State:
    """Give the run a slot, and start its time limit."""
    state, run = run_queue.take_slot(state, state.runs[event.run])
    first = event.at if run.started_at is None else run.started_at
    run = replace(run, started_at=first, executing_since=event.at)
    limit = run.runbook.time_limit
    due = None if limit is None else event.at + max(0.0, limit - run.spent)
    return _with(*set_deadline(state, run, due))


def workers_selected(state: State, event: events.WorkersSelected) -> State:
    """Advance the cursors, add the leases, and set the pick of each step."""
    state, run = awaits_no_more(state, state.runs[event.run])
    run = with_selection(run, awaits=(), keeps=())
    cursors, leases = state.cursors, state.leases
    steps = list(run.progress.steps)
    for offset, pick in enumerate(event.picks, start=len(run.selection.picks)):
        if pick.cursor_after is not None:
            cursors = cursors.insert(cursor_key(pick.pool, run.request.process), pick.cursor_after)
        serve(steps, pick, offset)
    for worker in dict.fromkeys(pick.worker for pick in event.picks):
        leases = leases.insert(worker, leases.get(worker, NO_LEASES).add((run.number, run.id)))
    run = with_progress(run, steps=PersistentVector(steps))
    run = with_selection(
        run,
        picks=run.selection.picks + event.picks,
        selected=len(run.selection.picks),
        leased=True,
        acquired="no",
    )
    return _with(replace(state, cursors=cursors, leases=leases), run)


def serve(steps: list[StepProgress], pick: Pick, offset: int) -> None:
    """Set the pick, and its index, for the steps and the targets that it serves."""
    for step in pick.steps:
        steps[step] = replace(steps[step], pick=offset)
    for each in pick.for_targets:
        picks = steps[each.step].target_picks | dict.fromkeys(each.targets, offset)
        steps[each.step] = replace(steps[each.step], target_picks=picks)


def _end_leases(state: State, run: Run) -> Held:
    """Remove the leases of a run."""
    leases = state.leases
    for worker in dict.fromkeys(pick.worker for pick in run.selection.leases):
        line = leases[worker].discard((run.number, run.id))
        leases = leases.insert(worker, line) if line else leases.discard(worker)
    return replace(state, leases=leases), with_selection(run, leased=False)


def yielded(state: State, event: events.RunYielded) -> State:
    """Release the run's slot while it waits for child runs."""
    return _with(*run_queue.release_slot(state, state.runs[event.run]))


def resumed(state: State, event: events.RunResumed) -> State:
    """Give the run a slot again."""
    return _with(*run_queue.take_slot(state, state.runs[event.run]))


def paused(state: State, event: events.RunPaused) -> State:
    """Release all that the paused run holds, except a tag with `block_concurrent` (Q3)."""
    state, run = _release_all(state, state.runs[event.run])
    run = replace(run, state="paused")
    steps = zip(run.runbook.steps, run.progress.steps, strict=True)
    if any(step.block_concurrent for step, progress in steps if progress.jobs):
        return _with(state, run)
    return _with(*run_queue.release_tag(state, run))


def _release_all(state: State, run: Run) -> Held:
    """Release slot and leases, and stop the time limit and the wait for machines."""
    state, run = awaits_no_more(state, run)
    if run.executing_since is not None:
        run = replace(run, spent=run.spent + state.at - run.executing_since, executing_since=None)
    state, run = set_deadline(state, run, None)
    state, run = _end_leases(state, run)
    return run_queue.release_slot(state, run)


def requeued(state: State, event: events.RunRequeued) -> State:
    """Add the run to the end of the queue."""
    run = with_queueing(replace(state.runs[event.run], state="queued"), ticket=event.seq, moved=False)
    return _with(*run_queue.enqueue(state, run))


def cancelling(state: State, event: events.RunCancelling) -> State:
    """Remove the run from its queue, and mark it as cancelling."""
    state, run = run_queue.dequeue(state, state.runs[event.run])
    state, run = awaits_no_more(state, run)
    run = replace(run, state="cancelling", ending=event.ending, reason=event.reason)
    return _with(*set_deadline(state, run, None))


def ended(state: State, event: events.RunEnded) -> State:
    """Release all that the run holds; with the last of its family, remove the family."""
    state, run = run_queue.dequeue(state, state.runs[event.run])
    state, run = run_queue.release_tag(*_release_all(state, run))
    run = replace(run, state=event.state, reason=event.reason, ended_at=event.at)
    family = state.families[run.root]
    family = replace(family, open=family.open - 1)
    if run.state == "succeeded":
        state = deployed(state, run)
    if family.open == 0 and not state.keep_ended:
        return _without(state, run.root, family)
    return _with(replace(state, families=state.families.insert(run.root, family)), run)


def _without(state: State, root: str, family: Family) -> State:
    runs, jobs, interruptions = state.runs, state.jobs, state.interruptions
    for name in family.runs:
        run = runs[name]
        runs = runs.discard(name)
        for job in run.progress.jobs:
            jobs = jobs.discard(job)
        for interruption in run.progress.interruptions:
            interruptions = interruptions.discard(interruption)
    return replace(
        state, runs=runs, jobs=jobs, interruptions=interruptions, families=state.families.discard(root)
    )


def step_skipped(state: State, event: events.StepSkipped) -> State:
    """Mark the step as skipped."""
    run = state.runs[event.run]
    progress = replace(run.progress.steps[event.step], state="skipped", reason=event.reason)
    return _with(state, with_step_progress(run, event.step, progress))


def with_step_progress(run: Run, step: int, progress: StepProgress) -> Run:
    """Replace a step's progress; the present group advances with its last pending step."""
    was_pending = run.progress.steps[step].state == "pending"
    run = with_progress(run, steps=run.progress.steps.put(step, progress))
    if not was_pending or progress.state == "pending" or step not in run.present:
        return run
    group, pending = run.progress.group, run.progress.pending - 1
    while not pending and group < len(run.groups):
        group += 1
        pending = _pending(run, group)
    return with_progress(run, group=group, pending=pending)


def _pending(run: Run, group: int) -> int:
    """Return the number of pending steps of a group; each group is counted once."""
    if group >= len(run.groups):
        return 0
    return sum(run.progress.steps[each].state == "pending" for each in run.groups[group])


def _with(state: State, run: Run) -> State:
    return replace(state, runs=state.runs.insert(run.id, run))
