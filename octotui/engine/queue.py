"""The queue of runs: slots of the cap, concurrency tags, and who goes on when one comes free (Q1 to Q5)."""

from msgspec.structs import replace

from octotui.engine.state import ForChild, Run, State, Tag

NOBODY = Tag()


def line_up(state: State, run: Run) -> State:
    """The state once a queued run stands where it must wait: for its packages, its tag, or a slot."""
    if run.versions is None and run.needs_packages:
        return _with(state, run)
    if run.tag is None or run.holds_tag or ancestor_holds(state, run):
        return _with(replace(state, ready=state.ready.add((run.ticket, run.id))), run)
    tag = state.tags.get(run.tag, NOBODY)
    if tag.holder is None:
        state = replace(
            state,
            tags=state.tags.insert(run.tag, replace(tag, holder=run.id)),
            ready=state.ready.add((run.ticket, run.id)),
        )
        return _with(state, replace(run, holds_tag=True))
    tag = replace(tag, queue=tag.queue.add((run.ticket, run.id)))
    return _with(replace(state, tags=state.tags.insert(run.tag, tag)), run)


def give_tag_back(state: State, run: Run) -> State:
    """The state once the next in a tag's line has it, and stands in the queue at its own place."""
    if run.tag is None or not run.holds_tag:
        return state
    state = _with(state, replace(run, holds_tag=False))
    tag = state.tags[run.tag]
    first = tag.queue.first()
    if first is None:
        return replace(state, tags=state.tags.discard(run.tag))
    heir = state.runs[first[1]]
    return replace(
        state,
        tags=state.tags.insert(run.tag, Tag(heir.id, tag.queue.discard(first))),
        ready=state.ready.add((heir.ticket, heir.id)),
        runs=state.runs.insert(heir.id, replace(heir, holds_tag=True)),
    )


def leave(state: State, run: Run) -> State:
    """The state once a run stands in no line and holds neither slot, tag nor lease."""
    place = (run.ticket, run.id)
    state = replace(state, ready=state.ready.discard(place), resuming=state.resuming.discard(place))
    if run.tag is not None and run.tag in state.tags:
        tag = state.tags[run.tag]
        state = replace(state, tags=state.tags.insert(run.tag, replace(tag, queue=tag.queue.discard(place))))
    state = give_slot_back(state, run.id)
    return give_tag_back(state, state.runs[run.id])


def take_slot(state: State, run: Run) -> State:
    """The state once a run is executing in a slot of the cap."""
    place = (run.ticket, run.id)
    return replace(
        _with(state, replace(run, slot=True, resuming=False, state="executing")),
        ready=state.ready.discard(place),
        resuming=state.resuming.discard(place),
        slots=state.slots + 1,
    )


def give_slot_back(state: State, run_id: str) -> State:
    """The state once a run has no slot."""
    run = state.runs[run_id]
    if not run.slot:
        return state
    return replace(_with(state, replace(run, slot=False)), slots=state.slots - 1)


def ask_for_slot(state: State, run: Run) -> State:
    """The state once a run whose child ended stands in line ahead of queued runs (Q4)."""
    return replace(
        _with(state, replace(run, resuming=True, ticket=state.seq)),
        resuming=state.resuming.add((state.seq, run.id)),
    )


def next_to_go(state: State) -> Run | None:
    """Who takes the next free slot: a run whose child ended, then the first in the queue (Q1, Q4)."""
    if state.slots >= state.model.engine.task_cap:
        return None
    first = state.resuming.first() or state.ready.first()
    return None if first is None else state.runs[first[1]]


def ancestor_holds(state: State, run: Run) -> bool:
    """Whether a run that waits for this one, or one that waits for that, holds its tag (L5)."""
    waiting = waited_for_by(state, run)
    while waiting is not None:
        if waiting.holds_tag and waiting.tag == run.tag:
            return True
        waiting = waited_for_by(state, waiting)
    return False


def waited_for_by(state: State, run: Run) -> Run | None:
    """The run that waits for this one to end, or None."""
    job = state.jobs.get(run.parent) if run.parent else None
    if job is None or not isinstance(job.wait, ForChild):
        return None
    return state.runs[job.run]


def circle(state: State, run: Run) -> tuple[Run, ...]:
    """The runs, from this queued one on, each of which waits for the next and the last for the first (L5)."""
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
    """The runs that must end, or give a tag back, before this one can.

    Those ahead in a tag's line are left out: they wait for its holder, as this one does.
    """
    if run.state == "queued":
        holder = tag_holder(state, run)
        return () if holder is None else (holder,)
    waits = (state.jobs[name].wait for name in run.open)
    return tuple(state.runs[wait.run] for wait in waits if isinstance(wait, ForChild))


def tag_holder(state: State, run: Run) -> Run | None:
    """The run whose concurrency tag keeps this queued one from going on, or None (Q5)."""
    if run.tag is None or run.holds_tag or ancestor_holds(state, run):
        return None
    holder = state.tags.get(run.tag, NOBODY).holder
    return None if holder is None else state.runs[holder]


def _with(state: State, run: Run) -> State:
    return replace(state, runs=state.runs.insert(run.id, run))
