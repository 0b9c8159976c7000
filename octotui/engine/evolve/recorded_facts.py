"""What follows from the moment at which an event is emitted, and is recorded in it.

So folding it again decides nothing, whatever the rules, the template language and the model say by then.
How runs stand in line is no such fact: it follows from those that are there, also where retention has
removed others.
"""

from msgspec.structs import replace

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.runs import new_run
from octotui.engine.rules.pending_outputs import undecided
from octotui.engine.rules.run_queue import concurrency_tag
from octotui.engine.state import State


def with_facts(state: State, event: AnyEvent) -> AnyEvent:
    """An event that has its number and date, with what the State before it makes of it."""
    match event:
        case events.RunQueued():
            return replace(event, tag=concurrency_tag(state, new_run(state, event)))
        case events.JobQueued():
            free = state.runs[event.run].placed < state.model.engine.max_parallelism
            event = replace(event, has_place=event.kind != "manual" and free)
            return replace(event, undecided=_undecided(state, event)) if state.predicted else event
        case _:
            return event


def _undecided(state: State, event: events.JobQueued) -> tuple[str, ...]:
    """The outputs still to come that decide whether a job comes, on its target where it is for one."""
    if event.step is None:
        return ()
    return undecided(state, state.runs[event.run], event.step, event.target)
