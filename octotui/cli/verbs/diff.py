"""`octotui diff FILE RUN [RUN]`: what differs between two runs."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import no_such_run, run_id, space_argument, space_of
from octotui.cli.terminal.output import say, wants_ascii

if TYPE_CHECKING:
    from octotui.runtime.offline_space import OfflineSpace
    from octotui.runtime.space_access import SpaceAccess
    from octotui.views.comparison.side import Side

    Here = OfflineSpace | SpaceAccess


@click.command("diff")
@space_argument
@click.argument("run", shell_complete=runs)
@click.argument("other", metavar="[RUN]", required=False, shell_complete=runs)
@verb_options
def command(space: str, run: str, other: str | None, as_json: bool, state: Path | None) -> None:
    """Show what differs between two runs: versions, the model, variables, answers, steps, workers, times.

    With one RUN, it is compared with the ended one before it of the same runbook, environment and tenant. Of
    sensitive values no more is told than where they come from.
    """
    named, first = space_of(space, state), run_id(run)
    second = run_id(other) if other is not None else None

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.output import say_json
        from octotui.engine.commands import Refused
        from octotui.views.comparison.differences import compare
        from octotui.views.comparison.plain import as_lines, as_object
        from octotui.views.comparison.previous import run_before
        from octotui.views.labels import ASCII, UNICODE

        async with looked_at(named.slug, named.state) as here:
            named_first = await _side(here, first)
            wanted = second or await run_before(named_first.run, here.history)
            if wanted is None:
                raise Refused(f"no run like {first} has ended before it; name the other one")
            found = await _side(here, wanted)
        compared = compare(named_first, found) if second is not None else compare(found, named_first)
        if as_json:
            say_json(as_object(compared))
            return
        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        for line in as_lines(compared):
            say(glyphs.text(line))

    run_request(main)


async def _side(here: "Here", run: str) -> "Side":
    """Return a run as it is compared; raises Refused where there is none."""
    from octotui.views.comparison.side import Side

    known = here.state.runs.get(run)
    try:
        return Side(run, await here.events_of(known.root if known is not None else run), time.time())
    except KeyError:
        raise no_such_run(run, here.state) from None
