"""The run queue: slots of the cap (a semaphore), concurrency tags (mutexes), and their order (Q1 to Q5).

Functions that change a run return it beside the State, and leave it to the caller to put it there.
"""

from msgspec.structs import replace

from octotui.engine.state import ConcurrencyTag, ForChild, Run, State
from octotui.engine.state.run_parts import with_queueing

UNHELD = ConcurrencyTag()
Held = tuple[State, Run]


def concurrency_tag(state: State, run: Run) -> str | None:
    """Return the tag of a new run, or None; deployments of a project to one place are serialized (Q2)."""
    if run.runbook.concurrency is not None:
        from octotui.engine.rules.variable_context import lookup, values_for  # noqa: PLC0415 - the language
        from octotui.variables.fill import fill_in  # noqa: PLC0415 - is not needed to follow a State

        return fill_in(run.runbook.concurrency, lookup(values_for(state, run))).text
    return run.request.destination if run.request.channel is not None else None


def _must_wait(run: Run) -> bool:
    """Return whether a run cannot be queued yet: before its start time, or without versions of packages."""
    return run.queueing.not_before is not None or run.awaits_packages


def enqueue(state: State, run: Run) -> Held:
    """Add a run to the queue it must wait in: for its tag, or for a slot."""
    if _must_wait(run):
        return state, run
    name = run.queueing.tag
    if name is None or run.queueing.holds_tag or ancestor_holds(state, run):
        return replace(state, ready=state.ready.add(run.place)), run
    state = _preempt(state, run, name)
    tag = state.tags.get(name, UNHELD)
    if tag.holder is not None:
        tag = replace(tag, queue=tag.queue.add(run.place))
        return replace(state, tags=state.tags.insert(name, tag)), run
    state = replace(
        state,
        tags=state.tags.insert(name, replace(tag, holder=run.id)),
        ready=state.ready.add(run.place),
    )
    return state, with_queueing(run, holds_tag=True)


def _preempt(state: State, run: Run, name: str) -> State:
    """Return a tag's holder that has never started to the queue if this run precedes it."""
    tag = state.tags.get(name, UNHELD)
    holder = state.runs[tag.holder] if tag.holder is not None else None
    if holder is None or holder.state != "queued" or holder.started_at is not None:
        return state
    if holder.place < run.place:
        return state
    return replace(
        state,
        tags=state.tags.insert(name, ConcurrencyTag(None, tag.queue.add(holder.place))),
        ready=state.ready.discard(holder.place),
        runs=state.runs.insert(holder.id, with_queueing(holder, holds_tag=False)),
    )


def dequeue(state: State, run: Run) -> Held:
    """Remove the run from its queue."""
    if run.queueing.resuming:
        entry = (run.queueing.ticket, run.id)
        return replace(state, resuming=state.resuming.discard(entry)), with_queueing(run, resuming=False)
    if run.state != "queued":
        return state, run
    state = replace(state, ready=state.ready.discard(run.place))
    name = run.queueing.tag
    if name is not None and name in state.tags and not run.queueing.holds_tag:
        tag = state.tags[name]
        tag = replace(tag, queue=tag.queue.discard(run.place))
        state = replace(state, tags=state.tags.insert(name, tag))
    return state, run


def release_tag(state: State, run: Run) -> Held:
    """Release the run's tag, and give it to the next run, which joins the queue at its own place."""
    name = run.queueing.tag
    if name is None or not run.queueing.holds_tag:
        return state, run
    run = with_queueing(run, holds_tag=False)
    tag = state.tags[name]
    first = tag.queue.first()
    if first is None:
        return replace(state, tags=state.tags.discard(name)), run
    next_run = state.runs[first[-1]]
    state = replace(
        state,
        tags=state.tags.insert(name, ConcurrencyTag(next_run.id, tag.queue.discard(first))),
        ready=state.ready.add(next_run.place),
        runs=state.runs.insert(next_run.id, with_queueing(next_run, holds_tag=True)),
    )
    return state, run


def take_slot(state: State, run: Run) -> Held:
    """Let the run execute in a slot of the cap."""
    state, run = dequeue(state, run)
    state = replace(state, slots=state.slots.add((run.number, run.id)))
    return state, with_queueing(replace(run, state="executing"), slot=True)


def release_slot(state: State, run: Run) -> Held:
    """Release the run's slot, if it has one."""
    state = replace(state, slots=state.slots.discard((run.number, run.id)))
    return state, with_queueing(run, slot=False)


def enqueue_for_slot(state: State, run: Run) -> Held:
    """Queue a run whose child run ended for a slot, ahead of queued runs (Q4)."""
    state = replace(state, resuming=state.resuming.add((state.seq, run.id)))
    return state, with_queueing(run, resuming=True, ticket=state.seq)


def place_in_queue(state: State, run: Run) -> int | None:
    """Return the position of a run in the queue for slots, from 1; None if it is not in it."""
    if run.state != "queued" or _must_wait(run):
        return None
    if run.queueing.tag is not None and not run.queueing.holds_tag and not ancestor_holds(state, run):
        return None
    return 1 + len(state.resuming) + sum(1 for _ in state.ready.until(run.place))


def next_to_go(state: State) -> Run | None:
    """Return the next run for a free slot, or None: first runs whose child ended, then the queue (Q1, Q4).

    The queue is sorted: moved to the top, with priority, the rest.
    """
    if len(state.slots) >= state.model.engine.task_cap:
        return None
    first = state.resuming.first() or state.ready.first()
    return None if first is None else state.runs[first[-1]]


def ancestor_holds(state: State, run: Run) -> bool:
    """Return whether a run that waits for this one, directly or not, holds its tag (L5)."""
    waiting = waited_for_by(state, run)
    while waiting is not None:
        if waiting.queueing.holds_tag and waiting.queueing.tag == run.queueing.tag:
            return True
        waiting = waited_for_by(state, waiting)
    return False


def waited_for_by(state: State, run: Run) -> Run | None:
    """Return the run that waits for this one to end, or None."""
    job = state.jobs.get(run.parent) if run.parent else None
    if job is None or not isinstance(job.wait, ForChild):
        return None
    return state.runs[job.run]


def wait_cycle(state: State, run: Run) -> tuple[Run, ...]:
    """Return the cycle of waits through a queued run, beginning with it, or `()` (deadlock detection, L5)."""
    led_to: dict[str, Run] = {}
    unseen = [run]
    while unseen:
        current = unseen.pop()
        for each in _waits_for(state, current):
            if each.id not in led_to:
                led_to[each.id] = current
                unseen.append(each)
    if run.id not in led_to:
        return ()
    path = [led_to[run.id]]
    while path[-1].id != run.id:
        path.append(led_to[path[-1].id])
    return tuple(reversed(path))


def _waits_for(state: State, run: Run) -> tuple[Run, ...]:
    """Return the runs that must end, or release a tag, before this one can.

    Those ahead in a tag's queue are left out: they wait for its holder, too.
    """
    if run.state == "queued":
        holder = tag_holder(state, run)
        return () if holder is None else (holder,)
    waits = (state.jobs[name].wait for _, name in run.progress.open)
    return tuple(state.runs[wait.run] for wait in waits if isinstance(wait, ForChild))


def tag_holder(state: State, run: Run) -> Run | None:
    """Return the run that holds the concurrency tag a queued run waits for, or None (Q5)."""
    stands = run.queueing
    if stands.tag is None or stands.holds_tag or stands.not_before is not None or ancestor_holds(state, run):
        return None
    holder = state.tags.get(stands.tag, UNHELD).holder
    return None if holder is None else state.runs[holder]
