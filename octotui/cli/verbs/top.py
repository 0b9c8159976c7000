"""`octotui top FILE RUN`: a queued run goes before all others that are queued."""

from collections.abc import Iterator
from pathlib import Path

import click

from octotui.cli.requests import send_requests, verb_options
from octotui.cli.shell_completion import runs as offered
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.engine.commands import MoveToTop, Request
from octotui.engine.state import State


@click.command("top")
@space_argument
@click.argument("run", shell_complete=offered)
@verb_options
def command(space: str, run: str, as_json: bool, state: Path | None) -> None:
    """Let the queued RUN go before all others that are queued."""

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield MoveToTop(run=run, by=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)
