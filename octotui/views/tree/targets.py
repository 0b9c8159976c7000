"""Steps on targets as branches of an allocation tree: a row for each target, and child steps below it."""

from msgspec.structs import replace

from octotui.engine.state import Job, RejectedCandidate, Run, State
from octotui.model.space import Model
from octotui.views.labels import STEPS, Role, listed, machine_name
from octotui.views.text.clock_times import Zone
from octotui.views.tree import steps
from octotui.views.tree.outlook import mark_of, may_run, why
from octotui.views.tree.rows import Branch, TreeRow


def step(state: State, run: Run, index: int, now: float, zone: Zone = None) -> Branch:
    """Return the branch of a step on targets: its progress, and a row for each target that it began with."""
    progress, defined = run.progress.steps[index], run.runbook.steps[index]
    rolling = defined.is_rolling
    if len(progress.jobs) == len(progress.targets) == 1 and not rolling:
        return _on_its_only_one(state, run, index, now, zone)
    row = TreeRow(
        key=f"{run.id}:{index}",
        kind="step",
        text=defined.name,
        role="plain" if progress.begun else "muted",
        mark=mark_of(state, run, index),
        note=" · ".join(filter(None, (_note(run, index), why(may_run(state, run, index))))),
        run=run.id,
        step=index,
    )
    rows = _rolling(state, run, index, now, zone) if rolling else _simple(state, run, index, now, zone)
    rows += [_skipped(state.model, run, index, each) for each in progress.skipped]
    return Branch(row=row, notes=_without(state.model, run, index), branches=rows)


def _on_its_only_one(state: State, run: Run, index: int, now: float, zone: Zone = None) -> Branch:
    branch = steps.step(state, run, index, now, zone)
    target = run.progress.steps[index].targets[0]
    where = f"on {machine_name(state.model, target)}"
    job = state.jobs[run.progress.steps[index].jobs[0]]
    if state.model.cluster_of(target) is not None and job.worker is not None:
        where = f"{where} by {machine_name(state.model, job.worker)}"
    note = " · ".join(filter(None, (where, branch.row.note)))
    branch.row = replace(branch.row, note=note)
    return branch


def _note(run: Run, index: int) -> str:
    """Return how many targets, and how many at a time; or why none."""
    progress, window = run.progress.steps[index], run.runbook.steps[index].window
    if not progress.begun:
        return progress.reason
    begun, left_out = progress.targets[: progress.begun], progress.left_out
    left = len(progress.targets) - len(left_out)
    many = f"{len(begun) - len(left_out.intersection(begun))} of {left} targets"
    return f"{many}, {window} at a time" if window and window < left else many


def _without(model: Model, run: Run, index: int) -> list[tuple[str, Role]]:
    """Return a note about the targets that the run goes without."""
    progress, selection = run.progress.steps[index], run.selection
    roles_of = set(progress.targets)
    without = selection.without if progress.begun else ()
    missing = [f"{machine_name(model, each.worker)} ({each.reason})" for each in without]
    missing += [f"{machine_name(model, each)} (excluded)" for each in selection.excluded if each in roles_of]
    return [(f"goes without {listed(missing, most=4)}", "warned")] if missing else []


def _simple(state: State, run: Run, index: int, now: float, zone: Zone) -> list[Branch]:
    return [_target(state, run, state.jobs[name], now, zone) for name in run.progress.steps[index].jobs]


def _target(state: State, run: Run, job: Job, now: float, zone: Zone) -> Branch:
    """Return the branch of a target's only job."""
    branch = steps.of_one(state, run, job, machine_name(state.model, job.target or ""), now, zone)
    where = f"on {machine_name(state.model, job.worker or '')}" if job.worker != job.target else ""
    note = " · ".join(filter(None, (where, branch.row.note)))
    branch.row = replace(branch.row, note=note)
    return branch


def _skipped(model: Model, run: Run, index: int, target: RejectedCandidate) -> Branch:
    """Return the branch of a target that the step skips, with the reason."""
    row = TreeRow(
        key=f"{run.id}:{index}/{target.worker}",
        kind="step",
        text=machine_name(model, target.worker),
        role="muted",
        mark=STEPS["skipped"],
        note=target.reason,
        run=run.id,
        step=index,
    )
    return Branch(row=row)


def _rolling(state: State, run: Run, index: int, now: float, zone: Zone) -> list[Branch]:
    """Return the branch of each target, with the child steps that it has begun."""
    from octotui.engine.decide.target_steps import children_of  # noqa: PLC0415 - loads decisions

    branches: dict[str, Branch] = {}
    jobs = [state.jobs[name] for child in children_of(run, index) for name in run.progress.steps[child].jobs]
    for job in sorted(jobs, key=lambda each: each.number):
        target = job.target or ""
        if target not in branches:
            row = TreeRow(
                key=f"{run.id}:{index}/{target}",
                kind="worker",
                text=machine_name(state.model, target),
                run=run.id,
                worker=target,
            )
            branches[target] = Branch(row=row)
        name = run.runbook.steps[job.step or 0].name
        branches[target].branches.append(steps.of_one(state, run, job, name, now, zone))
    return list(branches.values())
