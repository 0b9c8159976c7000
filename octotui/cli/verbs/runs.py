"""`octotui runs FILE`: the runs of a space, open and ended."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from octotui.cli.requests import run_request, verb_options
from octotui.cli.space_argument import space_argument, space_of
from octotui.cli.terminal.output import refuse, say, terminal_width, wants_ascii
from octotui.cli.terminal.user_settings import chosen_lists, shown_zone, utc_option
from octotui.engine.state import in_order

if TYPE_CHECKING:
    from octotui.engine.forecast import Forecast
    from octotui.engine.queries.query import Query
    from octotui.engine.state import State
    from octotui.runtime.offline_space import OfflineSpace
    from octotui.runtime.server.client import Client
    from octotui.store.user_config import ListSetting


def view_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete saved views."""
    from octotui.store.saved_views import saved_views

    views = saved_views().views.items()
    return [CompletionItem(name, help=text) for name, text in views if name.startswith(incomplete)]


@click.command("runs", context_settings={"ignore_unknown_options": True})
@space_argument
@click.argument("words", nargs=-1, metavar="[FILTER]...")
@click.option("--view", metavar="NAME", shell_complete=view_names, help="A saved view, such as failures.")
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
    view: str | None,
    limit: int,
    columns: str | None,
    sort: str | None,
    as_json: bool,
    state: Path | None,
) -> None:
    """List the runs of a space: what is open, then what has ended, the newest first.

    FILTER is that of the app: words, and state: env: worker: pool: runbook: project: by: tenant: since:
    until: is:, as in state:failed,cancelled env:production -word since:8h. A view and words must both hold.

    A terminal shows as many columns as fit, and cuts them to its width; elsewhere all of them are there.
    Columns are called by their names or their heads.
    """
    where = space_of(space, state)
    query, setting = _query(words, view), _setting(columns, sort)

    async def main() -> None:
        from octotui.cli.connection import looked_at
        from octotui.cli.terminal.column_lines import column_lines
        from octotui.cli.terminal.output import say_json
        from octotui.store.journal.run_records import record_of_run
        from octotui.views import runs
        from octotui.views.labels import ASCII, UNICODE
        from octotui.views.lists.columns import CellContext, by_column, cut_before_left_out, named, sorting
        from octotui.views.lists.run_columns import COLUMNS, usual
        from octotui.views.queries.matching import matching

        async with looked_at(where.slug, where.state) as here:
            asked = await _resolved(here, query)
            still = [run.id for run in in_order(here.state) if not run.ended]
            matches = [*matching(here.state, {}, still, asked)]
            records = {each.id: each for each in await here.history(asked, limit=limit)}
            matches += [name for name in records if name not in matches]
            scope = CellContext(time.time(), shown_zone(), ASCII if wants_ascii(asked=False) else UNICODE)
            coming = _forecast(here.state, scope.now, (*setting.columns, setting.sort.removeprefix("-")))
            rows = [
                runs.row(here.state, name, scope.now, scope.zone, coming)
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
            chosen = chosen if columns is None else tuple(map(cut_before_left_out, chosen))
            for line in column_lines(chosen, rows, scope, terminal_width()):
                say(line)

    run_request(main)


def _forecast(state: "State", now: float, columns: Sequence[str]) -> "Forecast":
    """Return a forecast where one of the columns needs it."""
    from octotui.engine.forecast import UNKNOWN, forecast
    from octotui.views.lists.run_columns import ESTIMATED

    return UNKNOWN if ESTIMATED.isdisjoint(columns) else forecast(state, now)


def _query(words: Sequence[str], view: str | None) -> "Query":
    """Return the query of a view and words; exit with code 2 where either is invalid."""
    from octotui.engine.queries.parse import parse
    from octotui.engine.queries.query import QueryError

    now = time.time()
    text = " ".join(map(_as_typed, words))
    try:
        return parse(_saved(view), now).narrowed(parse(text, now))
    except QueryError as error:
        refuse(str(error))


def _as_typed(word: str) -> str:
    """Return an argument as it would be typed in the app: the shell has removed its quotes."""
    if word.startswith("--"):
        refuse(f"there is no option {word}: `octotui runs --help` lists those there are")
    keyed = re.match(r"-?(?:[A-Za-z]+:)?", word)
    value = word[keyed.end() :] if keyed else word
    if '"' in word or not re.search(r"\s", value) or re.search(r"\s-?[A-Za-z]+:", value):
        return word  # quoted already, without need of quotes, or a whole filter
    return f'{word.removesuffix(value)}"{value}"'


def _saved(view: str | None) -> str:
    """Return the text of a saved view; exit with code 2 where there is none."""
    if view is None:
        return ""
    from octotui.model.complaints import did_you_mean
    from octotui.store.saved_views import saved_views

    views = saved_views()
    text = views.find(view)
    if text is None:
        refuse(views.problem or f"there is no view “{view}”{did_you_mean(view, views.views)}")
    return text


async def _resolved(here: "Client | OfflineSpace", query: "Query") -> "Query":
    """Return the query with slugs for names; exit with code 2 for an unknown value, or too many."""
    from octotui.engine.queries.known_values import resolve, unknown_value
    from octotui.engine.queries.query import PLACES, QueryError
    from octotui.views.queries.known import known_values

    if not any(term.key in PLACES for term in query.terms):
        return query
    summary = await here.summary()
    known = known_values(here.state, summary.values if summary else {})
    unknown = unknown_value(query, known) if summary else ""
    if unknown:
        await here.history(query, limit=1)  # raises StoreError where an older index knows no workers
        refuse(unknown)
    try:
        return resolve(query, known)
    except QueryError as error:
        refuse(str(error))


def _setting(columns: str | None, sort: str | None) -> "ListSetting":
    """Return the given columns and order, else those of the app; exit with code 2 for unknown ones."""
    from octotui.model.complaints import did_you_mean
    from octotui.store.user_config import ListSetting
    from octotui.views.lists.columns import UnknownColumn, named, sorting
    from octotui.views.lists.run_columns import COLUMNS

    kept = ListSetting()
    if columns is None or sort is None:
        kept = chosen_lists().get("runs", kept)
    known = [each.name for each in COLUMNS]
    names = tuple(name for name in kept.columns if name in known)
    if columns is not None:
        names = tuple(name for each in columns.split(",") if (name := each.strip()))
        if not names:
            refuse(f"--columns needs the name of a column{did_you_mean('', known)}")
    try:
        named(COLUMNS, names)
        sorting(COLUMNS, sort or "")
    except UnknownColumn as unknown:
        refuse(str(unknown))
    kept_sort = kept.sort if kept.sort.removeprefix("-") in known else ""
    return ListSetting(names, kept_sort if sort is None else sort)
