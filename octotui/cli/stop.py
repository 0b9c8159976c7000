"""`octotui stop FILE`: the server of a space ends."""

from pathlib import Path

import click

from octotui.cli.asked import done, verb_options
from octotui.cli.models import say
from octotui.cli.naming import space_argument, space_of


@click.command("stop")
@space_argument
@verb_options
def command(space: str, as_json: bool, state: Path | None) -> None:
    """End the server of a space, and say what is left: jobs that run go on, and are taken up again."""
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.narration import write
        from octotui.cli.spaces import NoServer, attached
        from octotui.views.leaving import left

        try:
            async with attached(named.slug, named.state, start=False) as client:
                await client.stop()
                state = client.state
        except NoServer:
            say("nobody serves this space")
            return
        if as_json:
            write({"type": "Stopped", "jobs": left(state).jobs, "runs": left(state).runs})
            return
        for line in left(state).lines:
            say(line)

    done(main)
