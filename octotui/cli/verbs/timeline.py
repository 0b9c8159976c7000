"""`octotui timeline FILE RUN`: what a run and all it started did when, as lanes over time."""

import time
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import no_such_run, run_id, space_argument, space_of
from octotui.cli.terminal.output import say, wants_ascii
from octotui.cli.terminal.user_settings import shown_zone, utc_option

if TYPE_CHECKING:
    from octotui.views.timeline.lanes import Grouping


@click.command("timeline")
@space_argument
@click.argument("run", shell_complete=runs)
@click.option("--by", "grouping", type=click.Choice(["worker", "step"]), default="worker", help="The lanes.")
@click.option("--width", type=click.IntRange(40, 1000), help="Columns; else those of the terminal, or 100.")
@utc_option
@verb_options
def command(
    space: str, run: str, grouping: "Grouping", width: int | None, as_json: bool, state: Path | None
) -> None:
    """Draw what RUN and all it started did over time, by worker or by step, with the critical path.

    With --json: one object a span, as far as the run is, then those of the critical path.
    """
    named, wanted = space_of(space, state), run_id(run)

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.output import say_json
        from octotui.views.labels import ASCII, UNICODE
        from octotui.views.timeline.plain import as_lines, as_objects
        from octotui.views.timeline.recorder import Timeline

        async with looked_at(named.slug, named.state) as here:
            family = here.state if wanted in here.state.runs else await here.family(wanted)
            if wanted not in family.runs:
                raise no_such_run(wanted, here.state)
            root = family.runs[wanted].root
            timeline = Timeline(root, await here.events_of(root, others=True))
        now = time.time()
        if as_json:
            for each in as_objects(timeline, now):
                say_json(each)
            return
        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        columns = width or get_terminal_size((100, 24)).columns
        for line in as_lines(timeline, grouping, now, columns, glyphs, shown_zone()):
            say(line)

    run_request(main)
