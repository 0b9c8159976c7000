"""Steps on targets: selection, rolling windows, and child steps in order on each target (S6)."""

from collections.abc import Iterator, Sequence

import msgspec

from octotui.engine import events
from octotui.engine.decide.attempt_outcomes import end_job
from octotui.engine.decide.machines.lost_machines import stranded
from octotui.engine.decide.transaction import Transaction
from octotui.engine.rules.machines import machine_of, mode_on
from octotui.engine.rules.step_conditions import not_due_on
from octotui.engine.state import Job, Outcome, RejectedCandidate, Run, State, StepTargets, machine_health
from octotui.model.complaints import Reason
from octotui.model.space import Target
from octotui.variables.template import OverBudget


class TargetSelection(msgspec.Struct, frozen=True):
    """The targets of each step, the rejected candidates, and all problems."""

    steps: tuple[StepTargets, ...] = ()
    rejected: tuple[RejectedCandidate, ...] = ()
    problems: tuple[str, ...] = ()


def find_targets(state: State, run: Run) -> TargetSelection:
    """Select the targets of a run by the roles of its steps, its environment and its tenant."""
    wanted = [
        index
        for index, progress in enumerate(run.progress.steps)
        if _goes_to_targets(run, index, progress.state)
    ]
    if run.selection.targeted or not wanted:
        return TargetSelection()
    roles = {role for index in wanted for role in run.runbook.steps[index].roles}
    here = {
        slug: target
        for slug, target in state.model.targets.items()
        if target.enabled and not roles.isdisjoint(target.roles) and _serves(state, run, target)
    }
    unavailable = tuple(
        RejectedCandidate(slug, health)
        for slug in here
        if (health := state.health.get(slug, "healthy")) not in ("healthy", "has-warnings")
    )
    passed = {each.worker for each in unavailable}
    steps = tuple(
        StepTargets(index, _with_roles(here, run.runbook.steps[index].roles, passed)) for index in wanted
    )
    if unavailable and run.runbook.unavailable_targets == "fail":
        return TargetSelection(problems=tuple(_problem(state, each) for each in unavailable))
    return TargetSelection(steps, unavailable)


def _goes_to_targets(run: Run, index: int, progress: str) -> bool:
    return progress == "pending" and run.runbook.steps[index].for_targets


def _with_roles(here: dict[str, Target], roles: Sequence[str], passed: set[str]) -> tuple[str, ...]:
    return tuple(
        slug
        for slug, target in here.items()
        if slug not in passed and not set(roles).isdisjoint(target.roles)
    )


def _problem(state: State, unavailable: RejectedCandidate) -> str:
    why = machine_health(state, unavailable.worker).reason
    return (
        f"target {unavailable.worker} is {unavailable.reason}{f' ({why})' if why else ''}: bring it back, or"
        ' leave it out with unavailable_targets = "skip"'
    )


def _serves(state: State, run: Run, target: Target) -> bool:
    """Return whether a target serves the environment and tenant of a run; an empty list means all."""
    if target.environments and run.request.environment not in target.environments:
        return False
    if not target.tenants and not target.tenant_tags:
        return True
    tenant = state.model.tenants.get(run.request.tenant or "")
    tags = tenant.tags if tenant else ()
    return run.request.tenant in target.tenants or not set(tags).isdisjoint(target.tenant_tags)


def begin(turn: Transaction, name: str, index: int) -> bool:
    """Start a step on as many targets as its window allows; return whether any was started."""
    run = turn.run(name)
    window = run.runbook.steps[index].window or len(run.progress.steps[index].targets)
    begun = 0
    while begun < window and _begin_next(turn, name, index):
        begun += 1
    if not begun:
        _close(turn, name, index)
    return begun > 0


def start_following(turn: Transaction, job: Job) -> None:
    """After a job, start the next child step on its target, or else the step on its next target."""
    if job.target is None or job.step is None:
        return
    run = turn.run(job.run)
    top = outermost(run, job.step)
    following = _first_due(turn, run, top, job.target, after=job.step)
    if following is not None:
        _queue(turn, run, *following, job.target)
    elif not _begin_next(turn, run.id, top) and not turn.run(run.id).progress.steps[top].open:
        _close(turn, run.id, top)


def _begin_next(turn: Transaction, name: str, index: int) -> bool:
    """Start a step on its next target; return whether it did. After a failure, a `success` step stops."""
    run = turn.run(name)
    progress = run.progress.steps[index]
    if progress.failed_on and run.runbook.steps[index].condition == "success":
        return False
    for position in range(progress.begun, len(progress.targets)):
        target = progress.targets[position]
        first = _first_due(turn, run, index, target)
        if first is not None:
            _queue(turn, run, *first, target)
            return True
    return False


def _first_due(
    turn: Transaction, run: Run, top: int, target: str, after: int = -1
) -> tuple[int, Reason | None] | None:
    """Return the step, or its first due child step after `after`, on a target; or None.

    The second item is the reason why it fails there at once, if its condition is over budget.
    """
    if target in run.selection.excluded or target in run.progress.steps[top].left_out:
        return None
    if not run.runbook.steps[top].is_rolling:
        return (top, None) if after < 0 else None
    for each in children_of(run, top):
        try:
            if each > after and not_due_on(turn.state, run, each, turn.budget(run.id), target) is None:
                return each, None
        except OverBudget as error:
            return each, f"its condition cannot be evaluated: {error.reason}"
    return None


def _queue(turn: Transaction, run: Run, index: int, problem: Reason | None, target: str) -> None:
    """Queue a job on a target; with a problem, or on a lost machine, fail it at once without one (M6)."""
    problem = problem or stranded(turn, run, index, target)
    run = turn.run(run.id)
    job = f"job-{run.number}.{len(turn.run(run.id).progress.jobs) + 1}"
    turn.emit(
        events.JobQueued(
            run=run.id,
            job=job,
            kind="script",
            step=index,
            worker=None if problem else machine_of(run, index, target),
            mode=None if problem else mode_on(turn.state, run, index, target),
            target=target,
        )
    )
    if problem is not None:
        end_job(turn, turn.job(job), Outcome(state="failed", reason=problem))


def _close(turn: Transaction, name: str, top: int) -> None:
    """Skip a step that is over on all targets, and its child steps, if still pending."""
    run = turn.run(name)
    for index in (top, *children_of(run, top)):
        if turn.run(name).progress.steps[index].state == "pending":
            reason = "there was nothing to do on any target"
            turn.emit(events.StepSkipped(run=name, step=index, reason=reason))


def outermost(run: Run, index: int) -> int:
    """Return the index of the rolling step of a child step, or of the step itself."""
    while run.runbook.steps[index].within:
        index -= 1
    return index


def children_of(run: Run, index: int) -> Iterator[int]:
    """Yield the indexes of the child steps of a rolling step, in order."""
    steps = run.runbook.steps
    for each in range(index + 1, len(steps)):
        if not steps[each].within:
            return
        yield each
