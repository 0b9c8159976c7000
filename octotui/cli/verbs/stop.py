"""`octotui stop FILE`: end the server of a space."""

from pathlib import Path

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.cli.terminal.output import say


@click.command("stop")
@space_argument
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """End the server of a space, and say what is left: jobs that run go on, and are taken up again."""
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.spaces.connection import NoServer, attach
        from octotui.cli.terminal.output import say_json
        from octotui.views.leaving import open_work

        try:
            async with attach(named.slug, named.state, start=False) as client:
                await client.stop()
                state = client.state
        except NoServer:
            say("no server runs for this space")
            return
        if as_json:
            say_json({"type": "Stopped", "jobs": open_work(state).jobs, "runs": open_work(state).runs})
            return
        for line in open_work(state).lines:
            say(line)

    run_request(main)
