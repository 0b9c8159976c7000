"""`octotui cancel FILE RUN...`: runs are ended."""

from collections.abc import Iterator
from pathlib import Path

import click

from octotui.cli.requests import send_requests, verb_options
from octotui.cli.shell_completion import runs as offered
from octotui.cli.spaces.space_argument import space_argument, space_of
from octotui.engine.commands import CancelRun, Request
from octotui.engine.state import State


@click.command("cancel")
@space_argument
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=offered)
@verb_options
def command(space: str, runs: tuple[str, ...], as_json: bool, state: Path | None) -> None:
    """Cancel each RUN: what runs of it is ended (TERM, its grace, KILL), nothing more of it starts."""

    def wishes(present: State, user: str) -> Iterator[Request]:
        for run in runs:
            yield CancelRun(run=run, by=user)

    send_requests(space_of(space, state), wishes, as_json=as_json)
