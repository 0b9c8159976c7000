"""The columns of lists of runs."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from octotui.engine.state import State
from octotui.engine.state.run_request import RunRequest
from octotui.model.space import Model
from octotui.views.labels import duration, machine_name
from octotui.views.lists.column_kinds import (
    DATE,
    SPAN,
    run_column,
    sign_column,
    state_column,
    time_column,
    word_column,
)
from octotui.views.lists.columns import UNCUT, CellContext, Column, Spans
from octotui.views.runs import EndedRun, RunRow, is_ahead, where, workers
from octotui.views.text.clock_times import exact_time, fitting_time

SOON = 600.0  # seconds before an end to which it is told to the second


def _title(row: RunRow, width: int, scope: CellContext) -> Spans:
    """Draw a title after its place in a family, its warnings and its priority."""
    family: Spans = (("  " * row.depth, "plain"),) if row.depth else ()
    if row.below:
        family = (*family, (f"{scope.glyphs.fold[row.unfolded]}{row.below} ", "lit"))
    return (*family, *_marks(row.ahead, row.warnings), (row.name, "plain"))


def _marks(ahead: bool, warnings: int) -> Spans:
    """Return what stands before a title: `↑ ` for priority, `!2 ` for warnings."""
    first: Spans = (("↑ ", "lit"),) if ahead else ()
    return (*first, (f"!{warnings} ", "warned")) if warnings else first


def _took(row: RunRow, width: int, scope: CellContext) -> Spans:
    if row.seconds is None:
        return ()
    return ((duration(row.seconds), "muted"),)


def _left(row: RunRow, width: int, scope: CellContext) -> Spans:
    return () if row.ends_about is None else ((duration(row.ends_about - scope.now), "muted"),)


def _eta(row: RunRow, width: int, scope: CellContext) -> Spans:
    """Draw about when a run ends, to the second where that is less than ten minutes ahead."""
    at = row.ends_about
    if at is None:
        return ()
    exact = exact_time(at, scope.now, scope.zone)
    is_near = at - scope.now < SOON and len(exact) <= width
    return ((exact if is_near else fitting_time(at, scope.now, width, scope.zone), "muted"),)


def _warnings(row: RunRow, width: int, scope: CellContext) -> Spans:
    return ((f"!{row.warnings}", "warned"),) if row.warnings else ()


def _wait(row: RunRow, width: int, scope: CellContext) -> Spans:
    text = _SAID.sub(lambda run: f"{run[1]}: " if run[1] else "", row.detail)
    return ((text, row.mark.role if row.mark.sign in ("waits", "asks", "bad") else "muted"),)


def _step(row: RunRow, width: int, scope: CellContext) -> Spans:
    return ((f"{row.step}/{row.steps}", "muted"),) if row.steps else ()


COLUMNS: tuple[Column[RunRow], ...] = (
    sign_column(lambda row: row.mark),
    run_column("id", "its id", lambda row: row.id, tight=True),
    Column(
        name="title",
        about="its runbook, or project and release",
        cell=_title,
        key=lambda row: row.name.casefold(),
        least=16,
        most=60,
        enough=24,
        head="title",
    ),
    state_column(lambda row: row.mark, least=10, most=10),
    word_column(
        "environment", "where it takes effect", lambda row: row.environment, head="env", least=8, most=24
    ),
    time_column("started", "when it started, or is to start", lambda row: row.starts_at, head="start"),
    Column(
        name="duration",
        about="how long it takes, or took, with all that it started",
        cell=_took,
        key=lambda row: row.seconds,
        least=6,
        most=6,
        head="took",
        right=True,
    ),
    word_column("by", "who started it", lambda row: row.by, extra=True, least=6, most=16),
    word_column("worker", "the workers it has, or had", lambda row: row.worker, extra=True, least=8, most=24),
    Column(
        name="wait",
        about="what it waits for, or why it ended so",
        cell=_wait,
        key=lambda row: row.detail.casefold() or None,
        least=18,
        enough=40,
        most=UNCUT,
        head="wait",
        extra=True,
    ),
    Column(
        name="step",
        about="how many of its steps have begun",
        cell=_step,
        key=lambda row: row.step / row.steps if row.steps else None,
        least=5,
        most=7,
        head="step",
        extra=True,
        right=True,
    ),
    word_column(
        "project", "the project it belongs to", lambda row: row.project, extra=True, least=8, most=24
    ),
    word_column(
        "release", "the release that is deployed", lambda row: row.release, extra=True, least=7, most=16
    ),
    word_column("tenant", "for whom it is", lambda row: row.tenant, extra=True, least=8, most=24),
    time_column("queued", "when it was queued", lambda row: row.queued_at),
    time_column("ended", "when it ended", lambda row: row.ended_at),
    Column(
        name="warnings",
        about="how often it warned",
        cell=_warnings,
        key=lambda row: row.warnings,
        least=3,
        most=4,
        head="!",
        right=True,
    ),
    Column(
        name="left",
        about="about how much longer it takes",
        cell=_left,
        key=lambda row: row.ends_about,
        least=5,
        most=6,
        head="left",
        right=True,
    ),
    msgspec.structs.replace(
        time_column("eta", "about when it ends", lambda row: row.ends_about),
        least=len("14:02:07"),
        cell=_eta,
    ),
)
"""All columns, in their default order."""

ESTIMATED = frozenset(("left", "eta"))
"""Columns that need a forecast."""
_SAID = re.compile(r"^(?:(run-[0-9]+) )?waits for (?:a machine of |the first )?")
"""What the head of the column says, and what a narrow one would show of many waits alone."""
USUAL = tuple(each.name for each in COLUMNS[:14])
"""The columns of a new list, as far as they are not empty."""


def usual(model: Model, names: Iterable[str] = USUAL) -> tuple[str, ...]:
    """Return the names of columns without usual ones that stay empty under a model."""
    empty = {
        *(() if model.environments else ("environment",)),
        *(() if model.tenants else ("tenant",)),
        *(() if model.projects else ("project", "release")),
    }
    return tuple(name for name in names if name not in empty)


def needed(state: State, past: Mapping[str, EndedRun], names: Iterable[str]) -> dict[str, int]:
    """Return the cells that what runs are called needs in each column; 0 where a column stays empty.

    Which workers open runs have changes without a run that comes or ends: `sizes` adds those leased now.
    """
    model, names = state.model, tuple(names)
    still = [state.runs[name] for name in names if name in state.runs]
    over = [past[name] for name in names if name in past and name not in state.runs]
    seen = {(run.title, run.request.requester, _place(run.request)) for run in still}
    seen |= {(each.name, each.requester, _place(each)) for each in over}
    places = {place for _, _, place in seen}
    projects = [model.projects.get(model.project_of(process) or "") for process, _, _ in places]
    return {
        "title": max(1, _longest(title for title, _, _ in seen)),
        "by": _longest(requester for _, requester, _ in seen),
        "environment": _longest(where(model, environment, None) for _, environment, _ in places),
        "tenant": _longest(where(model, None, tenant) for _, _, tenant in places),
        "project": _longest(each.name for each in projects if each),
        "worker": max(
            _longest(workers(model, run) for run in still),
            max((_cells(model, each.workers) for each in over), default=0),
        ),
        **({} if any(projects) else {"release": 0}),
        **({} if still else {"step": 0}),
        **({} if still or any(each.reason for each in over) else {"wait": 0}),
    }


def marked(state: State, past: Mapping[str, EndedRun], lines: Iterable[Sequence[str]]) -> int:
    """Return the cells that marks before titles need; a line is a run, with the rest of a folded family."""
    widest = 0
    for names in lines:
        first = state.runs.get(names[0])
        warnings = sum(_warned(state, past, name) for name in names)
        marks = _marks(first is not None and is_ahead(first), warnings)
        widest = max(widest, sum(len(text) for text, _ in marks))
    return widest


def _warned(state: State, past: Mapping[str, EndedRun], name: str) -> int:
    run = state.runs.get(name)
    if run is not None:
        return len(run.progress.warnings)
    return past[name].warnings if name in past else 0


def _place(asked: RunRequest | EndedRun) -> tuple[str, str | None, str | None]:
    """Return what runs, and where: few of all runs differ in it."""
    return asked.process, asked.environment, asked.tenant


def _cells(model: Model, workers: Sequence[str]) -> int:
    """Return the cells of a worker's name and the number of others."""
    return len(machine_name(model, workers[0])) + (len(" +9") if len(workers) > 1 else 0) if workers else 0


def sizes(state: State, needs: Mapping[str, int], times: Iterable[str], longest: float) -> dict[str, int]:
    """Return the cells that columns need: what `needed` says, with workers leased now, times and seconds."""
    names = _longest(machine_name(state.model, each) for each in state.leases)
    leased = names + len(" +9") if names else 0
    return {
        **needs,
        "worker": max(leased, needs["worker"]),
        "duration": SPAN if longest >= 600 else len("9m59s"),
        "id": len(f"run-{state.next_run}"),
        **dict.fromkeys(("started", "queued", "ended"), max(DATE, _longest(times))),
    }


def _longest(names: Iterable[str]) -> int:
    return max(map(len, names), default=0)
