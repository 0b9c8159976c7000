"""Families in a list of runs: who started whom, which of them are shown, and the state of the whole."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from octotui.engine.state import State
from octotui.views.labels import RUNS, Mark, Sign, duration
from octotui.views.runs import EndedRun, RunRow, mark

_JOB = re.compile(r"job-([0-9]{1,18})\.")
Arrange = Callable[[Sequence[str]], Sequence[str]]

URGENCY: tuple[Sign, ...] = (
    "asks", "bad", "waits", "active", "ending", "queued", "stopped", "warned", "good",
)  # fmt: skip
"""The signs of runs, those first that need people first."""


class FamilyMember(NamedTuple):
    """What the state of the whole depends on in a run; `ended_at` is None while it is open."""

    id: str
    mark: Mark
    ended_at: float | None
    warnings: int


class Families(msgspec.Struct, frozen=True):
    """The runs of a list by who started them; `tops` are those whose parent is not in the list."""

    tops: tuple[str, ...] = ()
    parents: Mapping[str, str] = {}
    children: Mapping[str, tuple[str, ...]] = {}

    def below(self, name: str) -> Iterator[str]:
        """Yield all descendants of a run."""
        waiting = [*reversed(self.children.get(name, ()))]
        while waiting:
            yield (each := waiting.pop())
            waiting.extend(reversed(self.children.get(each, ())))

    def above(self, name: str) -> Iterator[str]:
        """Yield the ancestors of a run, its parent first."""
        while name in self.parents:
            yield (name := self.parents[name])


class ListedRun(NamedTuple):
    """A line of the list: so deep within its family, its own children shown or not."""

    id: str
    depth: int = 0
    unfolded: bool = False


def parent_of(state: State, past: Mapping[str, EndedRun], name: str) -> str | None:
    """Return the run that started a run; a job's id begins with the number of its run.

    A run starts after its parent: a damaged record that names no earlier run has none, so that families have
    no cycle.
    """
    run = state.runs.get(name)
    job = run.parent if run is not None else past[name].parent if name in past else None
    match = None if job is None else _JOB.match(job)
    return f"run-{match[1]}" if match is not None and int(match[1]) < _number(name) else None


def families(state: State, past: Mapping[str, EndedRun], names: Sequence[str]) -> Families:
    """Group runs into families: those with an open run first, oldest first, then others, latest first.

    `names` are in that order, too.
    """
    listed = frozenset(names)
    parents = {name: up for name in names if (up := parent_of(state, past, name)) in listed}
    if not parents:
        return Families(tuple(names))
    children: dict[str, list[str]] = {}
    for name in sorted(parents, key=_number):
        children.setdefault(parents[name], []).append(name)
    found = Families((), parents, {name: tuple(each) for name, each in children.items()})
    still = {_top(found, name) for name in names if _is_open(state, name)}
    tops = [name for name in names if name not in parents]
    open_ones = sorted((name for name in tops if name in still), key=_number)
    over = sorted((name for name in tops if name not in still), key=_number, reverse=True)
    return replace(found, tops=(*open_ones, *over))


def outline(
    found: Families, matches: Collection[str] | None, folds: Mapping[str, bool], arrange: Arrange
) -> tuple[ListedRun, ...]:
    """Return the lines of the list: families folded, except where a child matches a filter.

    `matches` is None without a filter; `folds` are the families unfolded (True) or folded by hand.
    `arrange` sorts siblings.
    """
    shown = None if matches is None else {*matches, *(up for name in matches for up in found.above(name))}
    if not found.children and shown is None:
        return tuple(map(ListedRun, arrange(found.tops)))
    lines: list[ListedRun] = []
    tops = found.tops if shown is None else [name for name in found.tops if name in shown]
    waiting = [(name, 0) for name in reversed(arrange(tops))]
    while waiting:
        name, depth = waiting.pop()
        below = _shown_children(found.children.get(name, ()), shown, folds.get(name))
        lines.append(ListedRun(name, depth, bool(below)))
        waiting.extend((each, depth + 1) for each in reversed(arrange(below)))
    return tuple(lines)


def _shown_children(
    children: Sequence[str], shown: Collection[str] | None, unfolded: bool | None
) -> Sequence[str]:
    """Return all children of an unfolded family; of a folded one, those that match a filter."""
    if unfolded:
        return children
    if shown is None or unfolded is False:
        return ()
    return [each for each in children if each in shown]


def members(state: State, past: Mapping[str, EndedRun], names: Iterable[str]) -> Iterator[FamilyMember]:
    """Yield the state, end and warnings of each run, from which those of a family follow."""
    for name in names:
        run = state.runs.get(name)
        if run is not None:
            yield FamilyMember(name, mark(state, run), run.ended_at, len(run.progress.warnings))
        elif name in past:
            kept = past[name]
            yield FamilyMember(name, RUNS[kept.state], kept.ended_at, kept.warnings)


def most_urgent(family: Iterable[FamilyMember]) -> FamilyMember:
    """Return the member that needs people first; the first of equal ones."""
    return min(family, key=lambda each: URGENCY.index(each.mark.sign))


def timed_row(parent: RunRow, family: Sequence[FamilyMember], now: float) -> RunRow:
    """Return the row of a run that started others with the end and the duration of all of them."""
    ends = [each.ended_at for each in family if each.ended_at is not None]
    ended_at = None if len(ends) < len(family) else max(ends)
    began = None if parent.seconds is None else parent.starts_at
    seconds = None if began is None else (now if ended_at is None else ended_at) - began
    time = "" if seconds is None else duration(seconds)
    return replace(parent, ended_at=ended_at, seconds=seconds, time=time)


def whole_row(parent: RunRow, family: Sequence[FamilyMember], worst: RunRow) -> RunRow:
    """Merge a folded family into its parent's row, which has the times of all: the `worst` state."""
    detail = worst.detail if worst.id == parent.id or not worst.detail else f"{worst.id} {worst.detail}"
    return replace(
        parent,
        mark=worst.mark,
        detail=detail,
        open=parent.ended_at is None,
        warnings=sum(each.warnings for each in family),
    )


def _is_open(state: State, name: str) -> bool:
    run = state.runs.get(name)
    return run is not None and not run.ended


def _top(found: Families, name: str) -> str:
    return [name, *found.above(name)][-1]


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])
