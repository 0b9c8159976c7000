"""The runs of a list that match a query, with open ones."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from octotui.engine.queries.matcher import Searchable, matches
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import Run, State
from octotui.views.labels import SCHEDULED, WAITS
from octotui.views.runs import mark

STANDINGS = {"asks": ("asking", "asks"), WAITS.word: ("waiting", "waits"), SCHEDULED.word: ("scheduled",)}
"""Values of `is` by a run's word in lists, where that differs from its state."""


class _OpenRun(msgspec.Struct, frozen=True):
    """The searchable fields of a run in the State."""

    id: str
    number: int
    process: str
    name: str
    environment: str | None
    tenant: str | None
    requester: str
    state: str
    reason: str
    ended_at: float | None
    warnings: int
    workers: tuple[str, ...]
    pools: tuple[str, ...]


def matching(
    state: State,
    kept: Mapping[str, Searchable],
    names: Sequence[str],
    query: Query,
) -> tuple[str, ...]:
    """Return the named runs that match a resolved query, in order."""
    if query == EVERYTHING:
        return tuple(names)
    places = state.model.place_names

    def holds(name: str) -> bool:
        run = state.runs.get(name)
        if run is None:
            return matches(query, kept[name], places)
        return matches(query, _searchable(run), places, STANDINGS.get(mark(state, run).word, ()))

    return tuple(name for name in names if holds(name))


def _searchable(run: Run) -> Searchable:
    return _OpenRun(
        id=run.id,
        number=run.number,
        process=run.request.process,
        name=run.title,
        environment=run.request.environment,
        tenant=run.request.tenant,
        requester=run.request.requester,
        state=run.state,
        reason=run.reason,
        ended_at=run.ended_at,
        warnings=len(run.progress.warnings),
        workers=_once(pick.worker for pick in run.selection.picks),
        pools=_once(pick.pool for pick in run.selection.picks),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
