"""What can be gone to by name: open and ended runs, workers, targets, pools, environments, projects."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Literal, NamedTuple

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.views.runs import EndedRun

MOST = 20_000
"""The names that are looked through: places first, then open runs, then the newest ended ones."""
_NUMBER = re.compile(r"(?:.*\s)?(?:run-)?([0-9]{1,18})\s*", re.ASCII)
GoalKind = Literal["run", "worker", "target", "pool", "environment", "project"]


class Goal(NamedTuple):
    """Something to go to: its slug or id, and how it is called."""

    kind: GoalKind
    key: str
    text: str


def goals(state: State, past: Sequence[EndedRun], query: str = "") -> Iterator[Goal]:
    """Yield what can be gone to, at most MOST of it; first an older run that a query names by its number."""
    older = _older(state, past, query)
    yield from islice(chain(older, _places(state.model), _open(state), _ended(state, past)), MOST)


def _places(model: Model) -> Iterator[Goal]:
    named: Iterable[tuple[GoalKind, dict[str, str]]] = (
        ("project", {slug: each.name for slug, each in model.projects.items()}),
        ("pool", {slug: each.name for slug, each in model.pools.items()}),
        ("worker", {slug: each.name for slug, each in model.workers.items()}),
        ("target", {slug: each.name for slug, each in model.targets.items()}),
        ("environment", {slug: each.name for slug, each in model.environments.items()}),
    )
    for kind, names in named:
        for slug, name in names.items():
            also = "" if name.lower() == slug.lower() else f" ({slug})"
            yield Goal(kind, slug, f"go to {kind} {name}{also}")


def _older(state: State, past: Iterable[EndedRun], query: str) -> Iterator[Goal]:
    """Yield the run of the number at the end of a query, where it is neither open nor among the newest."""
    found = _NUMBER.fullmatch(query)
    number = 0 if found is None else int(found[1])
    name = f"run-{number}"
    is_known = name in state.runs or any(each.id == name for each in past)
    if 0 < number < state.next_run and not is_known:
        yield Goal("run", name, f"go to {name}")


def _open(state: State) -> Iterator[Goal]:
    for run in state.runs.values():
        where = run.request.environment
        yield Goal("run", run.id, _run(run.id, run.title, where))


def _ended(state: State, past: Iterable[EndedRun]) -> Iterator[Goal]:
    for each in past:
        if each.id not in state.runs:
            yield Goal("run", each.id, _run(each.id, each.name, each.environment))


def _run(name: str, title: str, environment: str | None) -> str:
    return f"go to {name} {title}{f' in {environment}' if environment else ''}"
