"""`octotui runs FILE`: the runs of a space, open and ended."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.space_argument import space_argument, space_of
from octotui.cli.terminal.output import refuse, say, terminal_width, wants_ascii
from octotui.cli.terminal.user_settings import chosen_lists, shown_zone, utc_option
from octotui.engine.state import in_order

if TYPE_CHECKING:
    from octotui.store.user_config import ListSetting


@click.command("runs")
@space_argument
@click.argument("words", nargs=-1)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1000), default=20, help="How many, the newest first."
)
@click.option("--columns", metavar="A,B,C", help="These columns, in this order; those of the app otherwise.")
@click.option("--sort", metavar="[-]A", help="Sort what is listed by a column, after a - descending.")
@utc_option
@verb_options
def command(
    space: str,
    words: tuple[str, ...],
    limit: int,
    columns: str | None,
    sort: str | None,
    as_json: bool,
    state: Path | None,
) -> None:
    """List the runs of a space: what is open, then what has ended, the newest first.

    WORDS leave those whose id, name, place or state hold every one of them. A terminal shows as many columns
    as fit; elsewhere, and with --columns, all of them are there.
    """
    where = space_of(space, state)
    setting = _setting(columns, sort)

    async def main() -> None:
        from octotui.cli.connection import looked_at
        from octotui.cli.terminal.column_lines import column_lines
        from octotui.cli.terminal.output import say_json
        from octotui.store.journal.run_records import record_of_run
        from octotui.views import runs
        from octotui.views.labels import ASCII, UNICODE
        from octotui.views.lists.columns import CellContext, by_column, named, sorting
        from octotui.views.lists.run_columns import COLUMNS, usual

        async with looked_at(where.slug, where.state) as here:
            still = [run.id for run in in_order(here.state) if not run.ended]
            matches = [*runs.matching(here.state, {}, still, " ".join(words))]
            past = await here.history(words, limit=limit)
            records = {each.id: each for each in past}
            matches += [each.id for each in past if each.id not in matches]
            scope = CellContext(time.time(), shown_zone(), ASCII if wants_ascii(asked=False) else UNICODE)
            rows = [
                runs.row(here.state, name, scope.now, scope.zone)
                or runs.past_row(here.state.model, records[name], scope.now)
                for name in matches[:limit]
            ]
            if by := sorting(COLUMNS, setting.sort):
                rows = by_column(rows, by[0], descending=by[1])
            if as_json:
                for row in rows:
                    say_json(records.get(row.id) or record_of_run(here.state.runs[row.id]))
                return
            chosen = named(COLUMNS, setting.columns or usual(here.state.model))
            for line in column_lines(chosen, rows, scope, None if columns else terminal_width()):
                say(line)

    run_request(main)


def _setting(columns: str | None, sort: str | None) -> "ListSetting":
    """The columns and the order that are asked for, else those of the app; exit code 2 for unknown ones."""
    from octotui.store.user_config import ListSetting
    from octotui.views.lists.columns import UnknownColumn, named, sorting
    from octotui.views.lists.run_columns import COLUMNS

    kept = chosen_lists().get("runs", ListSetting())
    known = {each.name for each in COLUMNS}
    names = tuple(name for name in kept.columns if name in known)
    if columns is not None:
        names = tuple(each.strip() for each in columns.split(","))
    try:
        named(COLUMNS, names)
        sorting(COLUMNS, sort or "")
    except UnknownColumn as unknown:
        refuse(str(unknown))
    kept_sort = kept.sort if kept.sort.removeprefix("-") in known else ""
    return ListSetting(names, kept_sort if sort is None else sort)
