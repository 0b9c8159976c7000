"""The reader-writer lock of a machine: FIFO, without starvation (L1, L2)."""

from msgspec.structs import replace

from octotui.engine.state import ForLock, Job, Lock, Mode, State, is_lost

FREE = Lock()


def enqueue(state: State, job: Job) -> tuple[State, Job]:
    """Queue a job for its machine's lock, if it needs one; return the state and the job."""
    if job.worker is None or job.mode is None:
        return state, replace(job, wait=None)
    lock = state.locks.get(job.worker, FREE)
    lock = replace(lock, queue=lock.queue.add((state.seq, job.id)))
    state = replace(state, locks=state.locks.insert(job.worker, lock))
    return state, replace(job, ticket=state.seq, wait=ForLock(state.at, job.worker, job.mode))


def acquire(state: State, job: Job) -> State:
    """Let a job hold its lock and leave the queue."""
    if job.worker is None or job.mode is None:
        return state
    lock = state.locks.get(job.worker, FREE)
    entry = (job.ticket, job.id)
    lock = Lock(
        holders=lock.holders.add(entry),
        exclusive=job.mode == "exclusive",
        queue=lock.queue.discard(entry),
    )
    return replace(state, locks=state.locks.insert(job.worker, lock))


def release(state: State, job: Job) -> State:
    """Remove a job from the holders and the queue of its lock."""
    if job.worker is None or job.mode is None:
        return state
    lock = state.locks.get(job.worker, FREE)
    entry = (job.ticket, job.id)
    holders = lock.holders.discard(entry)
    lock = Lock(holders, lock.exclusive and len(holders) > 0, lock.queue.discard(entry))
    if not lock.holders and not lock.queue:
        return replace(state, locks=state.locks.discard(job.worker))
    return replace(state, locks=state.locks.insert(job.worker, lock))


def grantable(state: State, machine: str) -> Job | None:
    """Return the first queued job if the lock admits it now, else None; nothing begins on a lost machine.

    A job that is acquired for waits in the line, and lets the others pass.
    """
    lock = state.locks.get(machine, FREE)
    if lock.queue.first() is None or is_lost(state, machine):
        return None
    jobs = (state.jobs[name] for _, name in lock.queue)
    job = next((each for each in jobs if acquisition_for(state, each) is None), None)
    if job is None or not admits(job.mode, held=bool(lock.holders), exclusive=lock.exclusive):
        return None
    return job


def acquisition_for(state: State, job: Job) -> Job | None:
    """Return what acquires for a job on its machine still, or asks what to do since it has failed (P2)."""
    if job.step is None:
        return None
    run = state.runs[job.run]
    as_planned = run.selection.acquired == "yes" and not run.selection.given_up
    if as_planned or not run.runbook.steps[job.step].acquires:
        return None
    others = (state.jobs[name] for name in run.progress.jobs)
    there = [each for each in others if each.kind == "acquire" and each.worker == job.worker]
    return there[-1] if there and there[-1].state in ("waiting", "running", "asking") else None


def admits(mode: Mode | None, *, held: bool, exclusive: bool) -> bool:
    """Return whether a lock that is held, exclusively or not, admits the first job of its queue (L1)."""
    return not held or (mode == "shared" and not exclusive)


def blockers(state: State, job: Job) -> tuple[Job, ...]:
    """Return the jobs that block a waiting job: holders it can't join, and exclusive requests ahead (L4)."""
    if not isinstance(job.wait, ForLock):
        return ()
    lock = state.locks.get(job.wait.machine, FREE)
    joins = job.mode == "shared" and not lock.exclusive
    holders = () if joins else tuple(state.jobs[name] for _, name in lock.holders)
    ahead = (state.jobs[name] for _, name in lock.queue.until((job.ticket, job.id)))
    found = holders + tuple(each for each in ahead if each.mode == "exclusive")
    before = acquisition_for(state, job)
    return found if before is None or before in found else (*found, before)


def place_in_line(state: State, job: Job) -> int:
    """Return the position of a job in its lock's queue, from 1; 0 if it is not queued."""
    if not isinstance(job.wait, ForLock):
        return 0
    lock = state.locks.get(job.wait.machine, FREE)
    return 1 + sum(1 for _ in lock.queue.until((job.ticket, job.id)))
