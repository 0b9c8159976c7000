"""`octotui dashboard FILE`: what is deployed where, with version, state and when."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import say, terminal_width, wants_ascii
from octotui.cli.terminal.user_settings import shown_zone, utc_option

if TYPE_CHECKING:
    from octotui.engine.state import State
    from octotui.views.lists.columns import CellContext, Column
    from octotui.views.pages.dashboard import Dashboard, DashboardRow

MOST = 24  # cells of the name of an environment, in a list


@click.command("dashboard")
@space_argument
@utc_option
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """Show the last deployment of each project, and the last run of each runbook, in each environment.

    Its columns are the environments that lifecycles lead to or something has run in. Where they do not all
    fit into the terminal, each project or runbook has a line for each environment. With --json each line is
    one run: the last one of a project or runbook in an environment for a tenant.
    """
    where = space_of(space, state)

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.output import say_json
        from octotui.views.labels import ASCII, UNICODE
        from octotui.views.lists.columns import CellContext
        from octotui.views.pages.dashboard import dashboard
        from octotui.views.pages.last_runs import last_runs, standings

        async with looked_at(where.slug, where.state) as here:
            past = await last_runs(here.state.model, here.history)
            shown = dashboard(here.state.model, standings(here.state, past))
        scope = CellContext(time.time(), shown_zone(), ASCII if wants_ascii(asked=False) else UNICODE)
        if as_json:
            for each in _objects(shown, here.state, scope.now):
                say_json(each)
            return
        if not shown.rows:
            say("no project is declared, and no runbook has run yet: octotui run FILE RUNBOOK starts one")
        for line in _lines(shown, here.state, scope, terminal_width()):
            say(line)

    run_request(main)


def _objects(shown: "Dashboard", state: "State", now: float) -> Iterator[dict[str, Any]]:
    """Yield the last run of each place as an object for JSON, with the runs that are open there."""
    from octotui.engine.forecast import forecast
    from octotui.views.pages.last_runs import OpenRuns, open_runs

    ends, still = forecast(state, now).run_ends, open_runs(state)
    for row in shown.rows:
        for runs in row.cells.values():
            for run in runs:
                end, there = ends.get(run.id), still.get(run.place, OpenRuns())
                yield {
                    "project" if row.is_project else "runbook": row.process,
                    "name": row.name,
                    "environment": run.place.environment,
                    "tenant": run.place.tenant,
                    "version": run.version,
                    "state": run.mark.word,
                    "run": run.id,
                    "queued_at": run.queued_at,
                    "started_at": run.started_at,
                    "ended_at": run.ended_at,
                    "at": run.at,
                    "left": None if end is None else max(0.0, end - now),
                    "open": there.all,
                    "executing": there.executing,
                }


def _lines(shown: "Dashboard", state: "State", scope: "CellContext", width: int | None) -> Iterator[str]:
    """Yield a table, or a list where that is wider than the terminal."""
    from rich.cells import cell_len

    from octotui.cli.terminal.column_lines import column_lines, cut_line

    table = [*column_lines(_columns(shown, state), shown.rows, scope, None)]
    if width is None or all(cell_len(line) <= width for line in table):
        yield from table
        return
    for row in shown.rows:
        yield cut_line(row.name, width)
        for line in _places(row, shown, state, scope):
            yield cut_line(line, width)


def _places(row: "DashboardRow", shown: "Dashboard", state: "State", scope: "CellContext") -> Iterator[str]:
    """Yield the last run of a project or runbook in each environment where it has one."""
    from octotui.views.pages.dashboard import cell, cell_words
    from octotui.views.pages.last_runs import open_runs
    from octotui.views.text.visible_text import visible

    still = open_runs(state)
    broad = max(len(visible(name)) for name in shown.environments.values())
    for slug, name in shown.environments.items():
        runs = cell(state, row, slug)
        if runs:
            words = "".join(text for text, _ in cell_words(runs, scope, still))
            yield scope.glyphs.text(f"  {visible(name):{min(broad, MOST)}}  {words}")


def _columns(shown: "Dashboard", state: "State") -> "list[Column[DashboardRow]]":
    """Return a column for the names of rows, and one for each environment."""
    from octotui.views.lists.columns import UNCUT, Column
    from octotui.views.pages.dashboard import cell, cell_words
    from octotui.views.pages.last_runs import open_runs
    from octotui.views.text.visible_text import visible

    still = open_runs(state)

    def place(slug: str, name: str) -> "Column[DashboardRow]":
        return Column(
            name=slug,
            about="",
            cell=lambda row, width, scope: cell_words(cell(state, row, slug), scope, still),
            key=lambda row: slug,
            least=1,
            most=UNCUT,
            head=visible(name),
        )

    names = Column[Any](
        name="",
        about="",
        cell=lambda row, width, scope: ((row.name, "plain"),),
        key=lambda row: row.name,
        least=1,
        most=UNCUT,
        head="project" if any(row.is_project for row in shown.rows) else "runbook",
    )
    return [names, *(place(slug, name) for slug, name in shown.environments.items())]
