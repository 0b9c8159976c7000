"""Explanations at length: selections and waits of a run, or of a worker, in sentences."""

from octotui.engine.forecast import UNKNOWN, Forecast, forecast
from octotui.engine.rules.locks import FREE
from octotui.engine.rules.run_queue import ancestor_holds
from octotui.engine.state import ForLock, Job, Pick, Run, State
from octotui.views import waits
from octotui.views.estimates.lease_rows import why_not
from octotui.views.estimates.sentences import ending, left, of_step, of_waits, until
from octotui.views.labels import acquire_text, counted, duration, listed, machine_name
from octotui.views.lists.families import families
from octotui.views.machines import health, leases
from octotui.views.pools import next_worker
from octotui.views.runs import where
from octotui.views.selections import at_length
from octotui.views.text.clock_times import Zone, exact_time
from octotui.views.tree.outlook import may_run, why
from octotui.views.tree.reselection import selected_again

MOST_CHILDREN = 20
"""The workers of runs below a run that are told with their reasons."""


def of_run(state: State, name: str, now: float, zone: Zone = None) -> list[tuple[str, list[str]]]:
    """Return headed paragraphs about a run: its state, its waits, its estimates, its selections."""
    run = state.runs.get(name)
    if run is None:
        return []
    coming = UNKNOWN if run.ended else forecast(state, now)
    below = _below(state, run)
    parts = [
        ("State", _standing(state, run, below, now, zone)),
        ("What holds it up", _waits(state, run, now, zone, coming)),
        ("What its steps report", _reports(state, run)),
        ("Estimates, from what the last ten took", _estimates(state, run, now, zone, coming)),
    ]
    selection = run.selection
    before = selection.picks[: selection.selected]
    if before:
        parts.append(("Workers before the pause", [at_length(run, pick, state.model) for pick in before]))
    parts.append(
        (
            "Workers, and why each was selected",
            _present(state, run),
        )
    )
    parts.append(("Workers of the runs that it started", _of_children(state, below)))
    parts.append(("Steps that may run", _may_run(state, run)))
    parts.append(("Warnings", list(run.progress.warnings)))
    return [(head, lines) for head, lines in parts if lines]


def _below(state: State, run: Run) -> list[Run]:
    """Return all that a run started, in the order of the tree."""
    family = state.families.get(run.root)
    names = () if family is None else tuple(family.runs)
    return [state.runs[each] for each in families(state, {}, names).below(run.id) if each in state.runs]


def _of_children(state: State, below: list[Run]) -> list[str]:
    """Return the first workers of runs that a run started, with why each was selected."""
    picked = ((each, pick) for each in below for pick in each.selection.current)
    lines = [f"{_placed(state, each)}: {at_length(each, pick, state.model)}" for each, pick in picked]
    more = len(lines) - MOST_CHILDREN
    rest = f"and {counted(more, 'more')}: unfold the run, and see why on each of them"
    return lines if more <= 0 else [*lines[:MOST_CHILDREN], rest]


def _placed(state: State, run: Run) -> str:
    place = where(state.model, run.request.environment, run.request.tenant)
    return f"{run.id} {run.title}{f' in {place}' if place else ''}"


def _standing(state: State, run: Run, below: list[Run], now: float, zone: Zone) -> list[str]:
    place = where(state.model, run.request.environment, run.request.tenant)
    lines = [f"{run.id} {run.title} {waits.verb(state, run)}", _times(run, below, now, zone)]
    lines += [f"takes effect in {place}"] if place else []
    parent = state.jobs.get(run.parent or "")
    if parent is not None:
        lines.append(f"started by {parent.run} {state.runs[parent.run].title}")
    if run.request.schedule is not None:
        lines.append(f"started by the schedule {run.request.schedule}")
    queueing = run.queueing
    if queueing.moved or queueing.priority:
        lines.append("was moved to the top of the queue" if queueing.moved else "has priority in the queue")
    lines += _tag(state, run)
    if run.selection.versions:
        lines.append("packages " + listed((f"{k} {v}" for k, v in run.selection.versions.items()), most=8))
    if run.request.guided:
        lines.append("guided failure: a step that fails asks people what to do")
    if run.yielded:
        lines.append("has released its slot, since it only waits for child runs")
    return [*lines, run.reason] if run.reason else lines


def _present(state: State, run: Run) -> list[str]:
    """Return the present picks; of a worker that was lost, that its steps have got another one."""
    lines = []
    for offset, pick in enumerate(run.selection.current, start=run.selection.selected):
        told = at_length(run, pick, state.model)
        if offset in run.selection.given_up:
            told += "; it was lost, and what had not begun there got another worker"
        told += _again(run, pick)
        lines.append(told)
    return lines


def _again(run: Run, pick: Pick) -> str:
    """Return which steps of a pick have another worker later: `; for “Tag” selected again after “Ask”`."""
    steps: dict[str, list[str]] = {}
    for index in pick.all_steps:
        if when := selected_again(run, index):
            steps.setdefault(when, []).append(f"“{run.runbook.steps[index].name}”")
    return "".join(f"; for {listed(names, most=4)} {when}" for when, names in steps.items())


def _tag(state: State, run: Run) -> list[str]:
    """Return whether a run holds its concurrency tag, or waits for it: only a queued one does."""
    name = run.queueing.tag
    if name is not None and run.queueing.holds_tag:
        return [f"holds the concurrency tag “{name}”"]
    waiting = name is not None and run.state == "queued" and not ancestor_holds(state, run)
    return [f"waits for the concurrency tag “{name}”"] if waiting else []


def _times(run: Run, below: list[Run], now: float, zone: Zone) -> str:
    """Return when a run was queued, started and ended: `queued 14:02 by ann, started 14:03, 7s ago`.

    One that started others ends itself, and lasts as long as they do.
    """
    by = f" by {run.request.requester}" if run.request.requester else ""
    parts = [f"queued {exact_time(run.queued_at, now, zone)}{by}"]
    if run.started_at is not None:
        parts.append(f"started {exact_time(run.started_at, now, zone)}")
    since = run.queued_at if run.started_at is None else run.started_at
    if run.ended_at is None:
        parts[-1] += f", {duration(now - since)} ago"
    else:
        itself = "itself " if below else ""
        took = duration(run.ended_at - since)
        parts.append(f"ended {exact_time(run.ended_at, now, zone)} {itself}after {took}")
    return ", ".join(parts) + (f"; {_with_all(run, below, since, now)}" if below and run.ended else "")


def _with_all(run: Run, below: list[Run], since: float, now: float) -> str:
    """Return how long a run that has ended takes with all that it started, as lists say it."""
    ends = [each.ended_at for each in (run, *below) if each.ended_at is not None]
    if len(ends) <= len(below):
        return f"what it started goes on, {duration(now - since)} so far"
    return f"with all that it started after {duration(max(ends) - since)}"


def _may_run(state: State, run: Run) -> list[str]:
    """Return the steps of which it is undecided whether they run (S3)."""
    each = ((step.name, may_run(state, run, index)) for index, step in enumerate(run.runbook.steps))
    return [f"“{name}”: {why(outputs)}" for name, outputs in each if outputs]


def _waits(state: State, run: Run, now: float, zone: Zone, coming: Forecast) -> list[str]:
    sentences = []
    if waits.waits_itself(run):
        wait = waits.of_run(state, run, now, zone, coming)
        sentences.append(_lasting(wait, now, zone) if wait else "")
    for job in _open(state, run):
        wait = waits.of_job(state, job, now, coming, zone)
        if wait is not None:
            sentences.append(f"{_called(run, job)} {_lasting(wait, now, zone)}")
    return sentences


def _reports(state: State, run: Run) -> list[str]:
    """Return the last progress of each running step: `“Copy” 40 %: the second half`."""
    lines = []
    for job in _open(state, run):
        if job.state == "running" and (last := job.progress) is not None:
            message = f": {last.message}" if last.message else ""
            lines.append(f"{_called(run, job)} {last.percentage} %{message}")
    return lines


def _lasting(wait: waits.Waiting, now: float, zone: Zone) -> str:
    """Return a wait with its times: `… · about 20s more, until about 14:03 · 6s so far`."""
    return f"{wait.with_reason}{until(wait.until, now, zone)} · {waits.so_far(wait, now)}"


def _open(state: State, run: Run) -> list[Job]:
    return [state.jobs[name] for _, name in run.progress.open]


def _called(run: Run, job: Job) -> str:
    if job.step is None:
        text = acquire_text(job.packages, ("acquiring", "pulling"), versions=False)
        return text if text.startswith("pulling") else "acquiring packages"
    return f"“{run.runbook.steps[job.step].name}”"


def _estimates(state: State, run: Run, now: float, zone: Zone, coming: Forecast) -> list[str]:
    """Return about how long running steps take, about when the run ends, and how far off such words were."""
    lines = [
        f"{_called(run, job)} {told}" for job in _open(state, run) if (told := of_step(state, job, now, zone))
    ]
    machines = dict.fromkeys(job.wait.machine for job in _open(state, run) if isinstance(job.wait, ForLock))
    lines += [
        f"waits for {machine_name(state.model, machine)}: {told}"
        for machine in machines
        if (told := of_waits(state, machine))
    ]
    end = coming.run_ends.get(run.id)
    return lines if end is None else [*lines, f"{run.id} ends {ending(end, now, zone)}"]


def of_worker(state: State, worker: str, now: float, zone: Zone = None) -> list[tuple[str, list[str]]]:
    """Return headed paragraphs about a worker or target: eligibility, health, leases, lock, queue."""
    lock = state.locks.get(worker, FREE)
    reason, lease = why_not(state, worker), leases.of_worker(state, worker)
    stands = "may be selected" if reason is None else f"may not be selected: it is {reason}"
    holders = [
        " · ".join(filter(None, (waits.doing(state, job, now), left(state, job, now))))
        for job in (state.jobs[name] for _, name in lock.holders)
    ]
    queue = [_in_line(state, job, now) for _, job in lock.queue]
    runs = [f"{run} {state.runs[run].title}" for _, run in state.leases.get(worker, ())]
    parts = [
        ("State", [stands]),
        ("Machine lease", [] if lease is None else [lease.id, *leases.facts(state, lease, now, zone)]),
        *health.paragraphs(state, worker, now, zone),
        ("Selected next by runs of", _next(state, worker)),
        ("Leased by " + counted(len(runs), "run"), runs),
        ("Lock held in " + ("exclusive mode" if lock.exclusive else "shared mode"), holders),
        ("Waiting for its lock", queue),
        ("How long others waited for its lock", list(filter(None, (of_waits(state, worker),)))),
    ]
    return [(head, lines) for head, lines in parts if lines]


def _in_line(state: State, name: str, now: float) -> str:
    job = state.jobs[name]
    wait = waits.of_job(state, job, now)
    return f"{job.run} {wait.sentence} · {waits.so_far(wait, now)}" if wait else f"{job.run} waits"


def _next(state: State, worker: str) -> list[str]:
    lines = []
    for slug, pool in state.model.pools.items():
        if worker in pool.workers:
            names = [
                runbook.name
                for process, runbook in state.model.processes.items()
                if f"{slug}/{process}" in state.cursors and next_worker(state, slug, process) == worker
            ]
            if names:
                lines.append(f"in {slug}: {listed(names, most=6)}")
    return lines
