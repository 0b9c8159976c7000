"""The effects of another selection on a State, where the worker of some steps is lost (M6)."""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.evolve.machine_leases import awaits_no_more
from octotui.engine.evolve.runs import NO_LEASES, serve
from octotui.engine.rules import locks
from octotui.engine.state import ForLock, Mode, Run, State, cursor_key
from octotui.engine.state.run_parts import with_progress, with_selection
from octotui.engine.state.sequence import PersistentVector


def reselected(state: State, event: events.WorkerReselected) -> State:
    """Give steps and waiting jobs their new worker, and end the leases of the picks that are given up."""
    state, run = _awaits_rest(state, _with_pick(state.runs[event.run], event), event.pick.pool)
    cursors, leases, entry = state.cursors, state.leases, (run.number, run.id)
    if event.pick.cursor_after is not None:
        key = cursor_key(event.pick.pool, run.request.process)
        cursors = cursors.insert(key, event.pick.cursor_after)
    line = leases.get(event.pick.worker, NO_LEASES).discard(entry)  # another pick may have it already
    leases = leases.insert(event.pick.worker, line.add(entry))
    if all(pick.worker != event.lost for pick in run.selection.leases):
        rest = leases.get(event.lost, NO_LEASES).discard(entry)
        leases = leases.insert(event.lost, rest) if rest else leases.discard(event.lost)
    runs = state.runs.insert(run.id, run)
    state = replace(state, cursors=cursors, leases=leases, runs=runs)
    for name, mode in event.jobs.items():
        state = _moved(state, name, event.pick.worker, mode)
    return state


def _awaits_rest(state: State, run: Run, pool: str) -> tuple[State, Run]:
    """Let a run wait for a machine of this pool no more (W12)."""
    rest = tuple(each for each in run.selection.awaits if each != pool)
    if not rest:
        state, run = awaits_no_more(state, run)
    return state, run if rest == run.selection.awaits else with_selection(run, awaits=rest)


def _with_pick(run: Run, event: events.WorkerReselected) -> Run:
    """Append the pick, and set it for its steps; packages are acquired for it before the next of them."""
    offset, steps = len(run.selection.picks), list(run.progress.steps)
    serve(steps, event.pick, offset)
    run = with_progress(run, steps=PersistentVector(steps))
    acquires = any(run.runbook.steps[step].acquires for step in event.pick.all_steps)
    return with_selection(
        run,
        picks=(*run.selection.picks, event.pick),
        given_up=(*run.selection.given_up, *event.offsets),
        acquired="again" if acquires else run.selection.acquired,
    )


def moved(state: State, event: events.JobMoved) -> State:
    """Give a job its new worker."""
    return _moved(state, event.job, event.worker, event.mode)


def _moved(state: State, name: str, worker: str, mode: Mode | None) -> State:
    """Give a job that waits another worker; one that stands in line for a lock joins the other line."""
    before = state.jobs[name]
    job = replace(before, worker=worker, mode=mode)
    if isinstance(before.wait, ForLock):
        state, job = locks.enqueue(locks.release(state, before), job)
    return replace(state, jobs=state.jobs.insert(name, job))
