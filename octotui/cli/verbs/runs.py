"""`octotui runs FILE`: the runs of a space, open and ended."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.shell_completion import CompletionItem

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import refuse, say, terminal_width, wants_ascii
from octotui.cli.terminal.user_settings import chosen_lists, shown_zone, utc_option
from octotui.engine.state import in_order
from octotui.model.space import Model

if TYPE_CHECKING:
    from octotui.engine.forecast import Forecast
    from octotui.engine.queries.query import Query
    from octotui.engine.state import State
    from octotui.runtime.offline_space import OfflineSpace
    from octotui.runtime.server.client import Client
    from octotui.store.journal.run_records import RunRecord
    from octotui.store.user_config import ListSetting
    from octotui.views.lists.columns import CellContext
    from octotui.views.runs import RunRow


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
@click.option(
    "--families", is_flag=True, help="Fold the runs that a run started into one line, as the app does."
)
@click.option("--unfold", is_flag=True, help="List the runs that a run started below it.")
@click.option("--columns", metavar="A,B,C", help="These columns, in this order; those of the app otherwise.")
@click.option("--sort", metavar="[-]A", help="Sort what is listed by a column, after a - descending.")
@utc_option
@verb_options
def command(
    space: str,
    words: tuple[str, ...],
    view: str | None,
    limit: int,
    families: bool,
    unfold: bool,
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

    With --json each run is an object: its record, and what all the columns say, with times in seconds
    since 1970.

    With --families a run stands for all that it started, with the state that needs people first; a filter
    shows what matches with its parents, and --limit counts families.
    """
    where = space_of(space, state)
    query, setting = _query(words, view), _setting(columns, sort)
    listing = Listing(limit, families or unfold, unfold)

    async def main() -> None:
        from octotui.cli.listed_run import listed_run
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.output import say_json
        from octotui.views.labels import ASCII, UNICODE
        from octotui.views.lists.columns import CellContext

        async with looked_at(where.slug, where.state) as here:
            now, glyphs = time.time(), ASCII if wants_ascii(asked=False) else UNICODE
            coming = _forecast(here.state, now, setting, as_json=as_json)
            scope = CellContext(now, shown_zone(), glyphs, coming)
            rows, records = await _rows(here, await _resolved(here, query), setting, listing, scope)
            if as_json:
                for row in rows:
                    say_json(listed_run(here.state, row, records.get(row.id), scope))
                return
            if not rows:
                say(_why_empty(query))
            _say_columns(here.state.model, rows, setting, scope, chosen=columns is not None)

    run_request(main)


def _why_empty(query: "Query") -> str:
    """Say what to do where no run is listed."""
    from octotui.engine.queries.query import EVERYTHING

    if query == EVERYTHING:
        return "no runs yet: octotui run FILE RUNBOOK starts one"
    return "no run matches: octotui runs FILE without a filter lists all of them"


def _forecast(state: "State", now: float, setting: "ListSetting", *, as_json: bool) -> "Forecast":
    """Return a forecast where what is printed needs it: estimates, or how long waits last."""
    from octotui.engine.forecast import UNKNOWN, forecast
    from octotui.views.lists.columns import named
    from octotui.views.lists.run_columns import COLUMNS, ESTIMATED, usual

    names = (*(setting.columns or usual(state.model)), setting.sort.removeprefix("-"))
    shown = {each.name for each in named(COLUMNS, filter(None, names))}
    return UNKNOWN if not as_json and shown.isdisjoint(ESTIMATED | {"wait"}) else forecast(state, now)


class Listing(NamedTuple):
    """How many runs, or families of them, are listed, and whether families are unfolded."""

    limit: int
    families: bool
    unfold: bool


async def _rows(
    here: "Client | OfflineSpace",
    query: "Query",
    setting: "ListSetting",
    listing: Listing,
    scope: "CellContext",
) -> "tuple[list[RunRow], dict[str, RunRecord]]":
    """Return the rows of a resolved query, and the records of ended runs among them."""
    from octotui.engine.queries.query import EVERYTHING
    from octotui.views import runs
    from octotui.views.lists.columns import by_column, sorting
    from octotui.views.lists.family_rows import family_rows, first_families, own_row
    from octotui.views.lists.run_columns import COLUMNS
    from octotui.views.queries.matching import matching

    still = [run.id for run in in_order(here.state) if not run.ended]
    past = await here.history(query, limit=listing.limit)
    records = {each.id: each for each in past}
    matches = [*dict.fromkeys((*matching(here.state, {}, still, query), *records))]
    by = sorting(COLUMNS, setting.sort)
    if listing.families:
        await _add_parents(here, records, matches)
        found = None if query == EVERYTHING else frozenset(matches)
        names = runs.order(here.state, tuple(records.values()))
        rows = family_rows(here.state, records, names, scope, matches=found, unfold=listing.unfold, by=by)
        return first_families(rows, listing.limit), records
    known = (own_row(here.state, records, name, scope) for name in matches[: listing.limit])
    rows = [row for row in known if row is not None]
    return by_column(rows, by[0], descending=by[1]) if by is not None else rows, records


def _say_columns(
    model: Model, rows: "Sequence[RunRow]", setting: "ListSetting", scope: "CellContext", *, chosen: bool
) -> None:
    """Print rows in columns; those that were `chosen` are cut rather than left out."""
    from octotui.cli.terminal.column_lines import column_lines
    from octotui.views.lists.columns import cut_before_left_out, named
    from octotui.views.lists.run_columns import COLUMNS, USUAL, usual

    names = setting.columns or USUAL
    shown = named(COLUMNS, names if chosen else usual(model, names) or names)
    shown = tuple(map(cut_before_left_out, shown)) if chosen else shown
    for line in column_lines(shown, rows, scope, terminal_width()):
        say(line)


async def _add_parents(
    here: "Client | OfflineSpace", records: "dict[str, RunRecord]", names: Sequence[str]
) -> None:
    """Look up the ended runs that started these, up to the first of each family, and add their records."""
    from octotui.engine.queries.query import Query, Term
    from octotui.store.journal.run_records import run_number
    from octotui.views.lists.families import parent_of

    waiting = [*names]
    while waiting:
        parent = parent_of(here.state, records, waiting.pop())
        if parent is None or parent in records or parent in here.state.runs:
            continue
        query = Query((Term("word", (parent,)),))
        for each in await here.history(query, run_number(parent) + 1, 1):
            if each.id == parent:
                records[parent] = each
                waiting.append(parent)


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
