"""The spaces of an account as a list: their rows, and its columns."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from octotui.engine.state import State
from octotui.views.labels import Role
from octotui.views.lists.column_kinds import word_column
from octotui.views.lists.columns import CellContext, Column, Spans


class SpaceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A space: its slug, name and folder; whether a process has it open, and whether it is looked at now.

    `active` counts its open runs, `asking` its open questions; both are None where they are not known (yet).
    """

    slug: str
    name: str
    path: str
    running: bool = False
    here: bool = False
    active: int | None = None
    asking: int | None = None


def counted(row: SpaceRow, state: State) -> SpaceRow:
    """Return the row of a space with its name and counts in the State where it is or was left."""
    active = sum(1 for run in state.runs.values() if not run.ended)
    name = state.model.space.name if state.seq else row.name
    return msgspec.structs.replace(row, name=name, active=active, asking=len(state.asking))


def in_list_order(rows: Iterable[SpaceRow]) -> list[SpaceRow]:
    """Sort the space looked at first, then those that run, then the others; each by name."""
    return sorted(rows, key=lambda row: (not row.here, not row.running, row.name.casefold(), row.slug))


def standing(row: SpaceRow) -> str:
    """Return how a space stands, in a word."""
    return "here" if row.here else "running" if row.running else "closed"


def _count(
    value: Callable[[SpaceRow], int | None], role: Role
) -> Callable[[SpaceRow, int, CellContext], Spans]:
    """Draw a count: nothing for none, a question mark where it is not known."""

    def cell(row: SpaceRow, width: int, scope: CellContext) -> Spans:
        count = value(row)
        return (("?", "muted"),) if count is None else ((str(count), role),) if count else ()

    return cell


COLUMNS: tuple[Column[SpaceRow], ...] = (
    word_column("name", "its name", lambda row: row.name, role="plain", head="space", least=12, most=40),
    word_column("state", "whether a process has it open", standing, least=7, most=7),
    Column(
        name="active",
        about="its active runs",
        cell=_count(lambda row: row.active, "active"),
        key=lambda row: row.active,
        least=4,
        most=6,
        head="runs",
        right=True,
    ),
    Column(
        name="asking",
        about="its open questions",
        cell=_count(lambda row: row.asking, "asks"),
        key=lambda row: row.asking,
        least=4,
        most=6,
        head="asks",
        right=True,
    ),
    word_column("folder", "its folder", lambda row: row.path, least=8, most=200),
)
"""All columns, in their default order."""


def sizes(rows: Sequence[SpaceRow]) -> dict[str, int]:
    """Return the cells that columns need for these rows."""
    return {
        "name": max((len(row.name) for row in rows), default=0),
        "active": len("runs"),
        "asking": len("asks"),
        "folder": max((len(row.path) for row in rows), default=0),
    }
