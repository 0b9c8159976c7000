"""`octotui clock FILE`: a step of the machine's clock, and its confirmation."""

from pathlib import Path

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import refuse, say


@click.command("clock")
@space_argument
@click.option("--confirm", is_flag=True, help="Let the new time count from now on.")
@verb_options
def command(space: str, confirm: bool, as_json: bool, state: Path | None) -> None:
    """Say whether the clock of the space's machine was set; for an hour that lets nothing fall due.

    Schedules, expiry and retention go by the time before, until the new one has lasted an hour or the owner
    of the space confirms it.
    """
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.spaces.connection import NoServer, attach
        from octotui.cli.terminal.output import say_json

        try:
            async with attach(named.slug, named.state, start=False) as client:
                trouble = await client.clock(confirm=confirm)
        except NoServer:
            refuse("no server runs for this space: the clock is checked when the space is opened")
        if as_json:
            say_json({"type": "Clock", "trouble": trouble})
        else:
            say(trouble or "the clock of this machine has not jumped")

    run_request(main)
