"""`octotui stop FILE`: end the server of a space."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote

import click

from octotui.cli.requests import run_request, verb_options
from octotui.cli.spaces.space_argument import SpaceName, space_argument, space_of
from octotui.cli.terminal.output import say
from octotui.store.errors import StoreError


def _renamed(named: SpaceName) -> Iterator[str]:
    """Yield how to end servers that have the named model under another name of its space."""
    from octotui.store.space_folder import SpaceFolder, default_base, state_words

    if named.file is None:
        return
    base, file = default_base() if named.state is None else named.state, named.file.resolve()
    with suppress(OSError, StoreError):
        for folder in sorted(each for each in base.iterdir() if each.name != named.slug):
            space = SpaceFolder(base, folder.name)
            if space.model is not None and space.model.resolve() == file and space.is_held:
                words = f"octotui stop{state_words(named.state)} {quote(folder.name)}"
                yield f"one runs for {folder.name}, as the model named it before: {words}"


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
            for line in ("no server runs for this space", *_renamed(named)):
                say(line)
            return
        if as_json:
            say_json({"type": "Stopped", "jobs": open_work(state).jobs, "runs": open_work(state).runs})
            return
        for line in open_work(state).lines:
            say(line)

    run_request(main)
