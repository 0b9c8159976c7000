"""The dashboard: a row a project or runbook, a column an environment, and its last run there in the cell."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.views.labels import Sign, counted, first_of
from octotui.views.lists.columns import UNCUT, CellContext, Spans
from octotui.views.pages.last_runs import LastRun, OpenRuns, RunPlace, present
from octotui.views.text.clock_times import clock_time, fitting_time

NOWHERE = "-"  # stands for the environment of runs that have none; no slug begins with it
FIRST: tuple[Sign, ...] = (
    "asks", "bad", "waits", "active", "ending", "queued", "stopped", "warned", "good",
)  # fmt: skip
"""Which of several tenants' runs stands for all, the most urgent first."""


NONE_OPEN: Mapping[RunPlace, OpenRuns] = {}


class DashboardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A project, or a runbook; `cells` by environment: its last run there, for each tenant."""

    process: str
    name: str
    is_project: bool
    cells: Mapping[str, tuple[LastRun, ...]]


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """Its columns, by the slug of the environment with its name, and its rows, projects first."""

    environments: Mapping[str, str]
    rows: tuple[DashboardRow, ...]


def dashboard(model: Model, last: Mapping[RunPlace, LastRun]) -> Dashboard:
    """Return the grid of what is deployed where; runbooks that never ran are left out."""
    cells: dict[tuple[str, str], list[LastRun]] = {}
    for place, run in last.items():
        if place.environment is None or place.environment in model.environments:
            cells.setdefault((place.process, place.environment or NOWHERE), []).append(run)
    columns = {slug: model.environments[slug].name for slug in _environments(model, cells)}
    if any(slug == NOWHERE for _, slug in cells) or not columns:
        columns[NOWHERE] = "no environment"

    def row(process: str, name: str, *, is_project: bool) -> DashboardRow:
        own = {slug: cells[process, slug] for slug in columns if (process, slug) in cells}
        return DashboardRow(
            process=process,
            name=name,
            is_project=is_project,
            cells={slug: tuple(runs) for slug, runs in own.items()},
        )

    rows = [row(slug, each.name, is_project=True) for slug, each in model.projects.items()]
    runbooks = (row(slug, each.name, is_project=False) for slug, each in model.runbooks.items())
    return Dashboard(environments=columns, rows=(*rows, *(each for each in runbooks if each.cells)))


def _environments(model: Model, cells: Iterable[tuple[str, str]]) -> list[str]:
    """Return the environments of lifecycles, and those where something ran, in the model's order."""
    used = {slug for _, slug in cells}
    for project in model.projects.values():
        slugs = {project.lifecycle, *(each.lifecycle for each in project.channels.values() if each.lifecycle)}
        for lifecycle in (model.lifecycles.get(slug or "") for slug in slugs):
            phases = lifecycle.phases if lifecycle else ()
            used |= {each for phase in phases for each in phase.environments} or {*model.environments}
    return [slug for slug in model.environments if slug in used or not (model.projects or used)]


def cell(state: State, row: DashboardRow, environment: str) -> tuple[LastRun, ...]:
    """Return the last runs of a row in an environment, the most urgent first."""
    return tuple(sorted((present(state, run) for run in row.cells.get(environment, ())), key=_urgency))


def _urgency(run: LastRun) -> tuple[int, int]:
    return FIRST.index(run.mark.sign), -run.number


def cell_lines(
    runs: Sequence[LastRun],
    state: State,
    width: int,
    scope: CellContext,
    lines: int,
    still: Mapping[RunPlace, OpenRuns] = NONE_OPEN,
) -> tuple[Spans, ...]:
    """Draw a cell in one or two lines: version, state and time, or a count of tenants by state.

    Where others than these runs are `still` open there, it says how many are.
    """
    if not runs:
        return ((),) * lines
    first = runs[0]
    sign = (f"{scope.glyphs.sign(first.mark.sign)} ", first.mark.role)
    count = len(_others(runs, still))
    if len(runs) > 1:
        head: Spans = (sign, (_whom(runs), "plain"), *_more(count, width - len(_whom(runs)) - 2))
        rest: Spans = ((_standing(runs, width - 2), first.mark.role),)
    else:
        tenant = state.model.tenants.get(first.place.tenant or "")
        whom = tenant.name if tenant else first.place.tenant
        title = " ".join(filter(None, (first.version or first.id, whom)))
        beside = 0 if lines > 1 else len(first.mark.word) + 9  # cells of state and time in the same line
        more = _more(count, width - len(title) - 2 - beside)
        head = (sign, (title, "plain" if first.version else "muted"), *more)
        word = (f"{first.mark.word} ", first.mark.role)
        said = len(title) + sum(len(text) for text, _ in more)
        room = width - len(first.mark.word) - (3 if lines > 1 else 5 + said)
        time = fitting_time(first.at, scope.now, max(6, room), scope.zone)
        rest = (word, (time, "muted"))
    if lines > 1:
        return head, (("  ", "plain"), *rest)
    return ((*head, ("  ", "plain"), *rest),)


def _others(runs: Sequence[LastRun], still: Mapping[RunPlace, OpenRuns]) -> list[str]:
    """Return all open runs of a cell, or none where these runs are all that are open."""
    names = [name for each in runs for name in still.get(each.place, OpenRuns()).all]
    return [] if {*names} <= {each.id for each in runs} else names


def _more(count: int, room: int) -> Spans:
    """Say in the cells there are how many runs are open: ` · 3 open`, or ` (3)`; nothing for none."""
    if not count:
        return ()
    text = f" · {count} open"
    return ((text if len(text) <= room else f" ({count})", "active"),)


def _whom(runs: Sequence[LastRun]) -> str:
    """For how many tenants there are runs, and whether there is one for none: `3 tenants + untenanted`."""
    tenants = sum(1 for run in runs if run.place.tenant is not None)
    return counted(tenants, "tenant") + ("" if tenants == len(runs) else " + untenanted")


def _standing(runs: Sequence[LastRun], width: int) -> str:
    """Summarize the runs of several tenants, the most urgent state first: `1 failed`, or `succeeded`.

    Those that do not fit into a width are left out.
    """
    counts: dict[str, int] = {}
    for run in runs:
        counts[run.mark.word] = counts.get(run.mark.word, 0) + 1
    if len(counts) == 1:
        return next(iter(counts))
    words = [f"{number} {word}" for word, number in counts.items() if word != "succeeded"]
    while len(words) > 1 and len(", ".join(words)) > width:
        words.pop()
    return ", ".join(words)


def cell_words(
    runs: Sequence[LastRun], scope: CellContext, still: Mapping[RunPlace, OpenRuns] = NONE_OPEN
) -> Spans:
    """Return a cell as text for verbs, uncut, with the id of its run, or of the most urgent one.

    Where others than these runs are `still` open there, it says how many are, and which execute.
    """
    if not runs:
        return ()
    first = runs[0]
    sign = f"{scope.glyphs.sign(first.mark.sign)} "
    if len(runs) > 1:
        return (
            (
                f"{sign}{_whom(runs)} · {_standing(runs, UNCUT)} · {first.id}{_open(runs, still)}",
                first.mark.role,
            ),
        )
    words = (first.version, first.mark.word, clock_time(first.at, scope.now, scope.zone), first.id)
    told = " ".join(filter(None, words))
    return ((f"{sign}{told}{_open(runs, still)}", first.mark.role),)


def _open(runs: Sequence[LastRun], still: Mapping[RunPlace, OpenRuns]) -> str:
    """Return how many runs are open in a cell, and which execute: ` · 3 open, run-7 executes`, or ""."""
    names = _others(runs, still)
    if not names:
        return ""
    executing = [name for each in runs for name in still.get(each.place, OpenRuns()).executing]
    verb = "executes" if len(executing) == 1 else "execute"
    who = f"{first_of(executing, len(executing))} {verb}" if executing else "none executes"
    return f" · {len(names)} open, {who}"
