"""The outcome of a run and its descendants: the exit code, and waits for locks."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import Literal

from octotui.engine.decide.questions import may_answer
from octotui.engine.events import AnyEvent, JobStarted
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules.locks import blockers
from octotui.engine.state import ForLock, State
from octotui.views.labels import duration, listed

EXIT_CODES = {"succeeded": 0, "failed": 1, "timed-out": 1, "cancelled": 5}


def exit_code(state: State, root: str) -> Literal[0, 1, 4, 5]:
    """Return the worst end in a family: 1 failed, 5 cancelled, 4 only questions are left, 0 succeeded."""
    codes = {EXIT_CODES.get(state.runs[name].state, 4) for name in state.families[root].runs}
    worst_first: tuple[Literal[0, 1, 4, 5], ...] = (1, 5, 4, 0)
    return next(code for code in worst_first if code in codes)


def how_to_answer(state: State, root: str, user: str, space: str, state_dir: Path | None) -> Iterator[str]:
    """Yield for each question of a family that a user may answer the command, and the other answers."""
    option = "" if state_dir is None else f" --state {quote(str(state_dir))}"
    for _, name in state.asking:
        question = state.interruptions[name]
        if state.runs[question.run].root == root and may_answer(state, question, user) is None:
            first, *others = question.choices
            rest = f"; or {listed(others, last='or')} instead of {first}" if others else ""
            yield (
                f"{question.run} asks “{question.step}”, and stays open:"
                f" octotui {first}{option} {quote(space)} {question.run}{rest}"
            )


def lock_waits(events: Iterable[AnyEvent]) -> dict[str, str]:
    """Return a note for each job that waited for its lock: `waited 4s for worker3, behind run-1`."""
    state = State(keep_ended=True)
    behind: dict[str, str] = {}
    sentences: dict[str, str] = {}
    for event in events:
        name = getattr(event, "job", "")
        wait = state.jobs[name].wait if name in state.jobs else None
        state = evolve(state, event)
        if isinstance(event, JobStarted) and isinstance(wait, ForLock) and event.at > wait.since:
            sentences[name] = (
                f"waited {duration(event.at - wait.since)} for {wait.machine}{behind.get(name, '')}"
            )
        elif name in state.jobs and (runs := [each.run for each in blockers(state, state.jobs[name])]):
            behind[name] = f", behind {listed(dict.fromkeys(runs))}"
    return sentences
