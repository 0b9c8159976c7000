"""`octotui rerun FILE RUN`: the same again."""

from pathlib import Path
from typing import Unpack

import click

from octotui.cli.given_values import ValueOptions, value_options, values_of
from octotui.cli.requests import RequestEvents, run_request, verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import no_such_run, run_id, space_argument, space_of
from octotui.cli.terminal.output import warn
from octotui.engine.decide.start_run import again


@click.command("rerun")
@space_argument
@click.argument("run", shell_complete=runs)
@value_options("Another value")
@verb_options
def command(space: str, run: str, as_json: bool, state: Path | None, **options: Unpack[ValueOptions]) -> None:
    """Start what RUN was again: the same process or release, in the same place, with the same values.

    Prints the id of the new run, or with --json its RunQueued; all else is said on stderr.

    Sensitive values that were given are not kept anywhere: give them again with --set NAME=- or --set-file.
    Those that are not, and values that it does not ask for any more, are left out, and named.
    """
    where, name = space_of(space, state), run_id(run)
    given = values_of(options)

    async def main() -> None:
        from octotui.cli.spaces.connection import attach

        async with attach(where.slug, where.state, file=where.file) as client:
            family = await client.family(name)
            if name not in family.runs:
                raise no_such_run(name, client.state)
            own_events = RequestEvents(client, as_json=as_json)
            rerun = again(client.state, family.runs[name], client.user, given)
            own_events.tell_started(await client.send(rerun.command))
            if rerun.dropped:
                names = ", ".join(rerun.dropped)
                warn(f"values that are not asked for any more are left out: {names}")
            if rerun.unkept:
                names = ", ".join(rerun.unkept)
                warn(f"sensitive values are not kept, so give them again: {names}")

    run_request(main)
