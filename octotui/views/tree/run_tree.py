"""The allocation tree of a run: its workers with reasons, their steps, and child runs."""

from msgspec.structs import replace

from octotui.engine.rules.worker_selection import pool_of
from octotui.engine.state import Job, Run, State, StepProgress
from octotui.model.process import PLAIN_CONDITIONS
from octotui.views.labels import Glyphs, machine_name
from octotui.views.runs import mark, time_of, where
from octotui.views.selections import why
from octotui.views.text.clock_times import Zone
from octotui.views.tree import reselection, steps, targets
from octotui.views.tree.rows import Branch, TreeRow, grown
from octotui.views.waits import of_run, waits_itself


def rows(state: State, name: str, now: float, zone: Zone = None) -> tuple[TreeRow, ...]:
    """Return the tree of a run, its own row first; empty where the State does not hold it."""
    run = state.runs.get(name)
    if run is None:
        return ()
    root = _run(state, run, now, zone)
    text = " ".join(filter(None, (run.id, run.title)))
    destination = where(state.model, run.request.environment, run.request.tenant)
    root.row = replace(root.row, text=f"{text} · {destination}" if destination else text)
    return tuple(grown(root))


def parts_of(state: State, name: str, now: float) -> tuple[object, ...] | None:
    """Return what the tree of a run comes from: while that is equal, so are its rows.

    None where other runs, locks or outputs decide about it, too.
    """
    run = state.runs.get(name)
    if run is None or waits_itself(run):
        return None
    jobs = [state.jobs[each] for each in run.progress.jobs]
    if any(job.wait is not None or job.child is not None or job.undecided for job in jobs):
        return None
    if not all(step.condition in PLAIN_CONDITIONS and not step.for_targets for step in run.runbook.steps):
        return None
    times = [steps.changing(state, state.jobs[each], now) for _, each in run.progress.open]
    asked = [state.interruptions[each] for each in run.progress.interruptions]
    return run, state.model, time_of(run, now), now // 60, *times, *jobs, *asked


def _run(state: State, run: Run, now: float, zone: Zone) -> Branch:
    """Return the branch of a run: its reason or wait, and its workers."""
    destination = where(state.model, run.request.environment, run.request.tenant)
    row = TreeRow(
        key=run.id,
        kind="run",
        text=f"{run.id} {destination or run.title}",
        mark=mark(state, run),
        time=time_of(run, now),
        run=run.id,
    )
    branch = Branch(row=row, branches=_workers(state, run, now, zone))
    wait = of_run(state, run, now, zone)
    if wait is not None and waits_itself(run):
        branch.notes.append((wait.sentence, "waits"))
    if run.reason and (run.ended or run.state == "cancelling") and not _told_by_a_step(state, run):
        branch.notes.append((run.reason, "bad" if run.state in ("failed", "timed-out") else "muted"))
    return branch


def _told_by_a_step(state: State, run: Run) -> bool:
    """Return whether a failed run's reason is shown at one of its jobs."""
    return run.state == "failed" and any(
        state.jobs[name].state in ("failed", "lost") for name in run.progress.jobs
    )


def _workers(state: State, run: Run, now: float, zone: Zone) -> list[Branch]:
    """Return a run's steps in order, each below its worker; a manual step has none."""
    branches: list[Branch] = []
    shown: set[int] = set()
    current: tuple[int, str] | None = None
    acquiring = _acquisitions(state, run)
    for index, progress in enumerate(run.progress.steps):
        if run.runbook.steps[index].within:
            continue  # shown below each target of its parent
        step = _step(state, run, index, now, zone)
        before = [steps.acquisition(state, run, job, now, zone) for job in acquiring.pop(index, ())]
        is_left_out = progress.state == "skipped" and not progress.jobs and not before
        pick = None if is_left_out else progress.pick
        if run.runbook.steps[index].for_targets or pick is None:
            step.branches[:0], before = before, []
        if pick is None:
            if current is None or _is_apart(state, run, index, current[0]):
                current = None
                branches.append(step)
                continue
        elif (pick, foretold := reselection.with_present(state, run, index)) != current:
            if foretold:
                branches.append(_some_worker(state, run, index, foretold))
            else:
                perhaps = reselection.perhaps_again(run, index)
                again = f"+{index}" if pick in shown else ""
                branches.append(_worker(state, run, pick, perhaps, again))
                shown.add(pick)
            current = pick, foretold
        branches[-1].branches.extend(before)
        branches[-1].branches.append(step)
    return branches


def _is_apart(state: State, run: Run, index: int, current: int) -> bool:
    """Return whether a step that had no worker is none of those that the present pick is for."""
    step, own = run.runbook.steps[index], run.progress.steps[index].pick
    if step.for_targets or not step.needs_worker:
        return not step.needs_worker
    if own is not None:
        return own != current
    return pool_of(state, run, step).slug != run.selection.picks[current].pool


def _some_worker(state: State, run: Run, step: int, when: str) -> Branch:
    """Return the heading of a worker that is still to be selected: it promises none (W7)."""
    pick = run.selection.picks[run.progress.steps[step].pick or 0]
    return Branch(
        row=TreeRow(
            key=f"{run.id}/?{step}",
            kind="worker",
            text=f"a worker of {pick.pool}",
            role="strong",
            note=when,
            run=run.id,
            worker=pick.worker if run.selection.leased else None,
        )
    )


def _worker(state: State, run: Run, index: int, perhaps: str, again: str) -> Branch:
    """Return the heading of a selected worker; `perhaps` says what may have it selected again.

    `again` tells a further heading of the same selection from those before it.
    """
    pick = run.selection.picks[index]
    reason = "the same selection" if again else _reason(state, run, index)
    return Branch(
        row=TreeRow(
            key=f"{run.id}/{index}{again}",
            kind="worker",
            text=machine_name(state.model, pick.worker),
            role="strong",
            note=" · ".join(filter(None, (reason, perhaps))),
            run=run.id,
            worker=pick.worker,
        )
    )


def _reason(state: State, run: Run, pick: int) -> str:
    """Return why this worker was selected, and whether it was selected again (W7)."""
    reason = why(run.selection.picks[pick], state.model)
    return f"selected again: {reason}" if pick >= run.selection.selected > 0 else reason


def _step(state: State, run: Run, index: int, now: float, zone: Zone) -> Branch:
    """Return the branch of a step, with the run that it started."""
    if run.runbook.steps[index].for_targets:
        return targets.step(state, run, index, now, zone)
    branch = steps.step(state, run, index, now, zone)
    for name in run.progress.steps[index].jobs:
        child = state.runs.get(state.jobs[name].child or "")
        if child is not None:
            branch.branches.append(_child(_run(state, child, now, zone)))
    return branch


def _child(branch: Branch) -> Branch:
    """Return the branch of a child run, merged with its worker if it has only one."""
    if len(branch.branches) == 1 and branch.branches[0].row.kind == "worker":
        worker = branch.branches[0]
        branch.row = replace(
            branch.row,
            text=f"{branch.row.text} on {worker.row.text}",
            note=worker.row.note,
            worker=worker.row.worker,
        )
        branch.branches = worker.branches
    return branch


def _acquisitions(state: State, run: Run) -> dict[int, list[Job]]:
    """Return the acquire jobs by the first step after each on its worker."""
    acquisitions: dict[int, list[Job]] = {}
    for name in run.progress.jobs:
        job = state.jobs[name]
        if job.kind == "acquire":
            acquisitions.setdefault(_first_after(state, run, job), []).append(job)
    return acquisitions


def _first_after(state: State, run: Run, acquiring: Job) -> int:
    """Return the first step on a job's worker or target that had not started when the job was queued."""
    on_worker = [
        index
        for index, each in enumerate(run.progress.steps)
        if any(run.selection.picks[pick].worker == acquiring.worker for pick in _picks(each))
        or (run.runbook.steps[index].on == "target" and acquiring.worker in each.targets)
    ]
    later = (each for each in on_worker if not _had_started(state, run.progress.steps[each], acquiring))
    return next(later, on_worker[0] if on_worker else 0)


def _picks(progress: StepProgress) -> tuple[int, ...]:
    """Return the picks of a step: its own, and those of its Kubernetes targets."""
    own = () if progress.pick is None else (progress.pick,)
    return (*own, *dict.fromkeys(progress.target_picks.values()))


def _had_started(state: State, progress: StepProgress, later: Job) -> bool:
    return any(state.jobs[name].number < later.number for name in progress.jobs)


def as_lines(rows: tuple[TreeRow, ...], glyphs: Glyphs) -> list[str]:
    """Format a tree as lines of text."""
    return [_as_line(row, glyphs) for row in rows]


def _as_line(row: TreeRow, glyphs: Glyphs) -> str:
    if row.percentage is not None:
        return glyphs.text(
            f"{row.rails}{''.join(glyphs.progress(row.percentage))} {row.percentage} %  {row.text}".rstrip()
        )
    sign = f"{glyphs.sign(row.mark.sign)} " if row.mark is not None else ""
    stands = f"{row.mark.word} {row.time}".strip() if row.mark else ""
    note = " · ".join(filter(None, (stands, row.note)))
    between = ": " if row.kind == "worker" else "  "
    text = f"{row.text}{between}{note}" if note else row.text
    return glyphs.text(row.rails) + sign + glyphs.text(text)
