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
    """Return the first queued job if the lock admits it now, else None; nothing begins on a lost machine."""
    lock = state.locks.get(machine, FREE)
    first = lock.queue.first()
    if first is None or is_lost(state, machine):
        return None
    job = state.jobs[first[1]]
    return job if admits(job.mode, held=bool(lock.holders), exclusive=lock.exclusive) else None


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
    return holders + tuple(each for each in ahead if each.mode == "exclusive")


def place_in_line(state: State, job: Job) -> int:
    """Return the position of a job in its lock's queue, from 1; 0 if it is not queued."""
    if not isinstance(job.wait, ForLock):
        return 0
    lock = state.locks.get(job.wait.machine, FREE)
    return 1 + sum(1 for _ in lock.queue.until((job.ticket, job.id)))
