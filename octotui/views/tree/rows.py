"""Branches of a tree, and their rows with rails."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from octotui.engine.state import JobProgress
from octotui.views.labels import Mark, Role

Kind = Literal["run", "worker", "step", "acquire", "attempt", "progress", "text"]


class TreeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a tree: rails, sign, text; then note, word and time at the right.

    A row of progress has its percentage before the text.
    """

    key: str
    kind: Kind
    rails: str = ""
    below: str = ""
    text: str
    role: Role = "plain"
    note: str = ""
    mark: Mark | None = None
    time: str = ""
    run: str = ""
    job: str | None = None
    worker: str | None = None
    percentage: int | None = None
    attempt: int | None = None
    step: int | None = None  # its number in the run, from 0, where the row is about one


def steps_of(rows: Iterable[TreeRow]) -> tuple[TreeRow, ...]:
    """Return the rows of jobs, and of steps that have not begun or never will."""
    return tuple(row for row in rows if row.job is not None or _is_left(row))


def _is_left(row: TreeRow) -> bool:
    return row.kind == "step" and row.mark is not None and row.mark.sign in ("pending", "skipped")


class Branch(msgspec.Struct, kw_only=True):
    """A row with its notes, its progress, and its branches."""

    row: TreeRow
    notes: list[tuple[str, Role]] = []
    branches: "list[Branch]" = []
    progress: JobProgress | None = None


def grown(root: Branch) -> Iterator[TreeRow]:
    """Yield the rows of a tree; the root's own branches have no rails."""
    yield from _lines(root, "", "")
    for branch in root.branches:
        yield from _lines(branch, "", "")
        yield from _hanging(branch, "")


def _hanging(parent: Branch, rails: str) -> Iterator[TreeRow]:
    for branch in parent.branches:
        last = branch is parent.branches[-1]
        below = rails + ("   " if last else "│  ")
        yield from _lines(branch, rails + ("└ " if last else "├ "), below)
        yield from _hanging(branch, below)


def _lines(branch: Branch, rails: str, below: str) -> Iterator[TreeRow]:
    """Yield a branch's own row and the notes below it, which keep the rails of the following rows."""
    under = below + ("│ " if branch.branches and (rails or branch.row.kind == "worker") else "  ")
    yield msgspec.structs.replace(branch.row, rails=rails, below=under)
    if branch.progress is not None:
        far = branch.progress
        text = TreeRow(key=f"{branch.row.key}%", kind="progress", text=far.message, percentage=far.percentage)
        yield _beneath(branch.row, text, under)
    for index, (note, role) in enumerate(branch.notes):
        text = TreeRow(key=f"{branch.row.key}#{index}", kind="text", text=note, role=role)
        yield _beneath(branch.row, text, under)


def _beneath(row: TreeRow, text: TreeRow, under: str) -> TreeRow:
    """Return a line below a row, about the same run, job and worker."""
    return msgspec.structs.replace(
        text, rails=under, below=under, run=row.run, job=row.job, worker=row.worker, step=row.step
    )
