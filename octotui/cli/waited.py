"""How long the jobs of a prediction waited for locks, and behind whom."""

from collections.abc import Iterable

from octotui.engine.events import AnyEvent, JobStarted
from octotui.engine.evolve import evolve
from octotui.engine.locks import in_the_way
from octotui.engine.state import ForLock, State
from octotui.views.words import duration, listed


def waited(events: Iterable[AnyEvent]) -> dict[str, str]:
    """What to say of each job that did not get its lock at once: `waited 00:04 for worker3, behind run-1`."""
    state = State(keep_ended=True)
    behind: dict[str, str] = {}
    told: dict[str, str] = {}
    for event in events:
        name = getattr(event, "job", "")
        wait = state.jobs[name].wait if name in state.jobs else None
        state = evolve(state, event)
        if isinstance(event, JobStarted) and isinstance(wait, ForLock) and event.at > wait.since:
            told[name] = f"waited {duration(event.at - wait.since)} for {wait.machine}{behind.get(name, '')}"
        elif name in state.jobs and (runs := [each.run for each in in_the_way(state, state.jobs[name])]):
            behind[name] = f", behind {listed(dict.fromkeys(runs))}"
    return told
