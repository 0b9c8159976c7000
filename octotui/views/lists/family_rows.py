"""The rows of runs with their places in families: a folded family's first run stands for all of it."""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from octotui.engine.state import State
from octotui.views import runs
from octotui.views.lists.columns import CellContext, Column, by_column
from octotui.views.lists.families import (
    Families,
    ListedRun,
    families,
    members,
    most_urgent,
    outline,
    timed_row,
    whole_row,
)
from octotui.views.runs import EndedRun, RunRow


def own_row(state: State, past: Mapping[str, EndedRun], name: str, scope: CellContext) -> RunRow | None:
    """Return the row of a run without its family; None where the run is unknown."""
    row = runs.row(state, name, scope.now, scope.zone, scope.coming)
    if row is None and name in past:
        return runs.past_row(state.model, past[name], scope.now)
    return row


def family_row(
    state: State, past: Mapping[str, EndedRun], found: Families, line: ListedRun, scope: CellContext
) -> RunRow | None:
    """Return the row of a line of the list; None where it is unknown.

    The times of a run that started others are those of all of them, and of a folded family so is the state.
    """
    row = own_row(state, past, line.id, scope)
    if row is None:
        return None
    below = [*found.below(line.id)]
    if below:
        family = [*members(state, past, (line.id, *below))]
        still = (each.id for each in family if each.ended_at is None)
        row = replace(timed_row(row, family, scope.now), ends_about=scope.coming.last_end(still))
        if not line.unfolded:
            worst = own_row(state, past, most_urgent(family).id, scope)
            row = whole_row(row, family, worst or row)
    return replace(row, depth=line.depth, below=len(below), unfolded=line.unfolded)


def family_rows(
    state: State,
    past: Mapping[str, EndedRun],
    names: Sequence[str],
    scope: CellContext,
    *,
    matches: Collection[str] | None = None,
    unfold: bool = False,
    by: tuple[Column[RunRow], bool] | None = None,
) -> list[RunRow]:
    """Return the rows of families, folded unless `unfold`; siblings are sorted `by` a column.

    Of a folded family those children are listed that match a filter; `matches` is None without one.
    """
    found = families(state, past, names)

    def arrange(siblings: Sequence[str]) -> Sequence[str]:
        if by is None:
            return siblings
        rows = (own_row(state, past, name, scope) for name in siblings)
        return [row.id for row in by_column(filter(None, rows), by[0], descending=by[1])]

    folds = dict.fromkeys(found.children, True) if unfold else {}
    lines = outline(found, matches, folds, arrange)
    rows = (family_row(state, past, found, line, scope) for line in lines)
    return [row for row in rows if row is not None]


def first_families(rows: Sequence[RunRow], count: int) -> list[RunRow]:
    """Return the rows of the first families."""
    tops = [at for at, row in enumerate(rows) if not row.depth]
    return [*rows[: tops[count] if len(tops) > count else None]]
