"""`octotui dashboard FILE`: what is deployed where, with version, state and when."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import say, wants_ascii
from octotui.cli.terminal.user_settings import shown_zone, utc_option

if TYPE_CHECKING:
    from octotui.engine.state import State
    from octotui.views.lists.columns import Column
    from octotui.views.pages.dashboard import Dashboard, DashboardRow


@click.command("dashboard")
@space_argument
@utc_option
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """Show the last deployment of each project, and the last run of each runbook, in each environment.

    Its columns are the environments that lifecycles lead to or something has run in. With --json each line is
    one run: the last one of a project or runbook in an environment for a tenant.
    """
    where = space_of(space, state)

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.column_lines import column_lines
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
            for each in _objects(shown):
                say_json(each)
            return
        if not shown.rows:
            say("no project is declared, and no runbook has run yet: octotui run FILE RUNBOOK starts one")
        for line in column_lines(_columns(shown, here.state), shown.rows, scope, None):
            say(line)

    run_request(main)


def _objects(shown: "Dashboard") -> Iterator[dict[str, Any]]:
    """Yield the last run of each place as an object for JSON."""
    for row in shown.rows:
        for runs in row.cells.values():
            for run in runs:
                yield {
                    "project" if row.is_project else "runbook": row.process,
                    "environment": run.place.environment,
                    "tenant": run.place.tenant,
                    "version": run.version,
                    "state": run.mark.word,
                    "run": run.id,
                    "queued_at": run.queued_at,
                    "started_at": run.started_at,
                    "ended_at": run.ended_at,
                }


def _columns(shown: "Dashboard", state: "State") -> "list[Column[DashboardRow]]":
    """Return a column for the names of rows, and one for each environment."""
    from octotui.views.lists.columns import UNCUT, Column
    from octotui.views.pages.dashboard import cell, cell_words
    from octotui.views.text.visible_text import visible

    def place(slug: str, name: str) -> "Column[DashboardRow]":
        return Column(
            name=slug,
            about="",
            cell=lambda row, width, scope: cell_words(cell(state, row, slug), scope),
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
