"""The outcome of a run and its descendants: the exit code, and waits for locks."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote
from typing import Literal, NamedTuple

from octotui.engine.estimates.jobs import durations_of, key_of
from octotui.engine.events import AnyEvent, JobStarted
from octotui.engine.evolve.evolve import evolve
from octotui.engine.rules.authorization import may_answer
from octotui.engine.rules.locks import blockers
from octotui.engine.state import ForLock, Job, State, step_of
from octotui.store.space_folder import state_words
from octotui.views.labels import duration, listed

EXIT_CODES = {"succeeded": 0, "failed": 1, "timed-out": 1, "cancelled": 5}


def exit_code(state: State, root: str) -> Literal[0, 1, 4, 5]:
    """Return the worst end in a family: 1 failed, 5 cancelled, 4 only questions are left, 0 succeeded."""
    codes = {EXIT_CODES.get(state.runs[name].state, 4) for name in state.families[root].runs}
    worst_first: tuple[Literal[0, 1, 4, 5], ...] = (1, 5, 4, 0)
    return next(code for code in worst_first if code in codes)


def how_to_answer(state: State, root: str, user: str, space: str, state_dir: Path | None) -> Iterator[str]:
    """Yield for each question of a family that a user may answer the command, and the other answers."""
    for _, name in state.asking:
        question = state.interruptions[name]
        free = question.responsible in (None, user) and may_answer(state, question, user) is None
        if free and state.runs[question.run].root == root:
            first, *others = question.choices
            rest = f"; or {listed(others, last='or')} instead of {first}" if others else ""
            yield (
                f"{question.run} asks “{question.step}”, and stays open:"
                f" octotui {first}{state_words(state_dir)} {quote(space)} {question.run}{rest}"
            )


class LockWait(NamedTuple):
    """A job's wait for its lock up to when it started, and the runs that it was behind when it began."""

    job: Job
    step: str | None
    machine: str
    since: float
    until: float
    behind: tuple[str, ...]


def waits_for_locks(events: Iterable[AnyEvent], state: State | None = None) -> Iterator[LockWait]:
    """Yield the wait of each job that waited for its lock, by events that follow on a State."""
    state = State(keep_ended=True) if state is None else state
    behind: dict[str, tuple[str, ...]] = {}
    for event in events:
        name = getattr(event, "job", "")
        job = state.jobs.get(name)
        step = None if job is None else step_of(state, job)
        state = evolve(state, event)
        if isinstance(event, JobStarted) and job and isinstance(job.wait, ForLock):
            if event.at > job.wait.since:
                named, wait = step.name if step else None, job.wait
                yield LockWait(job, named, wait.machine, wait.since, event.at, behind.get(name, ()))
        elif name in state.jobs and (runs := [each.run for each in blockers(state, state.jobs[name])]):
            behind[name] = tuple(dict.fromkeys(runs))


def lock_waits(events: Iterable[AnyEvent], state: State | None = None) -> dict[str, str]:
    """Return a note for each predicted job: `would wait 4s for worker3, behind run-1`.

    The events follow on a State, such as one with machine leases; else on an empty one.
    """
    return {
        each.job.id: f"would wait {duration(each.until - each.since)} for {each.machine}{_behind(each)}"
        for each in waits_for_locks(events, state)
    }


def _behind(wait: LockWait) -> str:
    return f", behind {listed(wait.behind)}" if wait.behind else ""


def estimate_notes(state: State, before: State) -> dict[str, str]:
    """Return a note for each job of a prediction that took what the last ones `before` it did (E1).

    One that fails took what `simulate` says.
    """
    return {
        name: f"would take about {duration(job.expected)} by the last {known}"
        for name, job in state.jobs.items()
        if job.expected is not None and job.state != "failed" and (known := expected_from(state, job, before))
    }


def expected_from(state: State, job: Job, before: State) -> int:
    """Return how many of the last attempts, known in a State `before`, a job's estimate is made of."""
    key = key_of(state, job)
    return 0 if key is None else len(durations_of(before, key).last)
