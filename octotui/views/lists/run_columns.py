"""The columns of lists of runs."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from octotui.model.space import Model
from octotui.views.labels import duration, worker_names
from octotui.views.lists.columns import CellContext, Column, Spans
from octotui.views.runs import RunRow
from octotui.views.text.clock_times import exact_time, fitting_time

SOON = 600.0  # seconds before an end to which it is told to the second
DATE = 6  # cells of `Nov 26`
TOOK = 6  # cells of `12m20s`


def _text(name: str, about: str, value: Callable[[RunRow], str], **more: Any) -> Column[RunRow]:
    """Return a column of muted words, sorted without case."""

    def cell(row: RunRow, width: int, scope: CellContext) -> Spans:
        return ((value(row), "muted"),)

    more = {"head": name} | more
    return Column(name=name, about=about, cell=cell, key=lambda row: value(row).casefold() or None, **more)


def _time(name: str, head: str, about: str, value: Callable[[RunRow], float | None]) -> Column[RunRow]:
    """Return a column of times; one of another day is shortened to its date."""

    def cell(row: RunRow, width: int, scope: CellContext) -> Spans:
        at = value(row)
        if at is None:
            return ()
        return ((fitting_time(at, scope.now, width, scope.zone), "muted"),)

    return Column(name=name, about=about, cell=cell, key=value, least=DATE, most=17, head=head, right=True)


def _sign(row: RunRow, width: int, scope: CellContext) -> Spans:
    return ((scope.glyphs.sign(row.mark.sign), row.mark.role),)


def _title(row: RunRow, width: int, scope: CellContext) -> Spans:
    """Draw a title after its place in a family, its warnings and its priority."""
    family: Spans = (("  " * row.depth, "plain"),) if row.depth else ()
    if row.below:
        family = (*family, (f"{scope.glyphs.fold[row.unfolded]}{row.below} ", "lit"))
    ahead: Spans = (("↑ ", "lit"),) if row.ahead else ()
    warned: Spans = ((f"!{row.warnings} ", "warned"),) if row.warnings else ()
    return (*family, *ahead, *warned, (row.name, "plain"))


def _state(row: RunRow, width: int, scope: CellContext) -> Spans:
    return ((row.mark.word, row.mark.role),)


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
    return ((row.detail, row.mark.role if row.mark.sign in ("waits", "asks", "bad") else "muted"),)


def _step(row: RunRow, width: int, scope: CellContext) -> Spans:
    return ((f"{row.step}/{row.steps}", "muted"),) if row.steps else ()


COLUMNS: tuple[Column[RunRow], ...] = (
    Column(
        name="sign",
        about="how it stands, as a sign",
        cell=_sign,
        key=lambda row: row.mark.word,
        least=1,
        most=1,
        tight=True,
    ),
    Column(
        name="id",
        about="its id",
        cell=lambda row, width, scope: ((row.id, "muted"),),
        key=lambda row: int(row.id.rpartition("-")[2]),
        least=5,
        most=12,
        head="run",
        tight=True,
    ),
    Column(
        name="title",
        about="its runbook, or project and release",
        cell=_title,
        key=lambda row: row.name.casefold(),
        least=12,
        most=60,
        head="title",
    ),
    Column(
        name="state",
        about="how it stands, as a word",
        cell=_state,
        key=lambda row: row.mark.word,
        least=10,
        most=10,
        head="state",
    ),
    _text("environment", "where it takes effect", lambda row: row.environment, head="env", least=12, most=24),
    _time("started", "start", "when it started, or is to start", lambda row: row.starts_at),
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
    _text("by", "who started it", lambda row: row.by, extra=True, least=6, most=16),
    _text("worker", "the workers it has, or had", lambda row: row.worker, extra=True, least=8, most=24),
    Column(
        name="wait",
        about="what it waits for, or why it ended so",
        cell=_wait,
        key=lambda row: row.detail.casefold() or None,
        least=18,
        enough=18,
        most=100,
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
    _text("project", "the project it belongs to", lambda row: row.project, extra=True, least=8, most=24),
    _text("release", "the release that is deployed", lambda row: row.release, extra=True, least=7, most=16),
    _text("tenant", "for whom it is", lambda row: row.tenant, extra=True, least=8, most=24),
    _time("queued", "queued", "when it was queued", lambda row: row.queued_at),
    _time("ended", "ended", "when it ended", lambda row: row.ended_at),
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
        _time("eta", "eta", "about when it ends", lambda row: row.ends_about),
        least=len("14:02:07"),
        cell=_eta,
    ),
)
"""All columns, in their default order."""

ESTIMATED = frozenset(("left", "eta"))
"""Columns that need a forecast."""
LABELS = 12  # cells of a version after the name of a project
UNASKED = 14  # columns that are shown by default


def usual(model: Model) -> tuple[str, ...]:
    """Return the names of the default columns, without those that stay empty."""
    empty = {
        *(() if model.environments else ("environment",)),
        *(() if model.tenants else ("tenant",)),
        *(() if model.projects else ("project", "release")),
    }
    return tuple(each.name for each in COLUMNS[:UNASKED] if each.name not in empty)


def sizes(
    model: Model, number: int, times: Iterable[str], people: Iterable[str], longest: float
) -> dict[str, int]:
    """Return the cells that columns need for the highest number, times and people, and longest seconds."""
    widest = max((len(each) for each in times), default=0)
    return {
        "by": _longest(people),
        "duration": TOOK if longest >= 600 else len("9m59s"),
        "id": len(f"run-{number}"),
        "title": _longest(each.name for each in model.processes.values()) + (LABELS if model.projects else 0),
        "environment": _longest(each.name for each in model.environments.values()),
        "tenant": _longest(each.name for each in model.tenants.values()),
        "worker": _longest(worker_names(model)) + len(" +9"),
        "project": _longest(each.name for each in model.projects.values()),
        **dict.fromkeys(("started", "queued", "ended"), max(DATE, widest)),
    }


def _longest(names: Iterable[str]) -> int:
    return max(map(len, names), default=0)
