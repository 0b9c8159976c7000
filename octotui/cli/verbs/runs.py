"""`octotui runs FILE`: the runs of a space, open and ended."""

import time
from pathlib import Path

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.space_argument import space_argument, space_of
from octotui.cli.terminal.output import say, wants_ascii
from octotui.engine.state import in_order


@click.command("runs")
@space_argument
@click.argument("words", nargs=-1)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1000), default=20, help="How many, the newest first."
)
@verb_options
def command(space: str, words: tuple[str, ...], limit: int, as_json: bool, state: Path | None) -> None:
    """List the runs of a space: what is open, then what has ended, the newest first.

    WORDS leave those whose id, name, place or state hold every one of them.
    """
    where = space_of(space, state)

    async def main() -> None:
        from octotui.cli.connection import looked_at
        from octotui.cli.terminal.output import say_json
        from octotui.store.journal.run_records import record_of_run
        from octotui.views import runs
        from octotui.views.labels import ASCII, UNICODE

        async with looked_at(where.slug, where.state) as here:
            still = [run.id for run in in_order(here.state) if not run.ended]
            matches = [*runs.matching(here.state, {}, still, " ".join(words))]
            past = await here.history(words, limit=limit)
            records = {each.id: each for each in past}
            matches += [each.id for each in past if each.id not in matches]
            glyphs, now = (ASCII if wants_ascii(asked=False) else UNICODE), time.time()
            for name in matches[:limit]:
                if as_json:
                    say_json(records.get(name) or record_of_run(here.state.runs[name]))
                    continue
                row = runs.row(here.state, name, now)
                row = row or runs.past_row(here.state.model, records[name], now)
                text = "  ".join(
                    filter(None, (row.id, row.mark.word, row.time, row.name, row.where, row.detail))
                )
                say(glyphs.text(text))

    run_request(main)
