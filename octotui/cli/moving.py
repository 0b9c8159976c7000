"""`cancel` and `top`: runs that are open, ended or brought forward."""

from collections.abc import Iterator
from pathlib import Path

import click

from octotui.cli.asked import ask, verb_options
from octotui.cli.completion import runs as offered
from octotui.cli.naming import space_argument, space_of
from octotui.engine.commands import CancelRun, MoveToTop, Request
from octotui.engine.state import State


@click.command("cancel")
@space_argument
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=offered)
@verb_options
def cancel(space: str, runs: tuple[str, ...], as_json: bool, state: Path | None) -> None:
    """Cancel each RUN: what runs of it is ended (TERM, its grace, KILL), nothing more of it starts."""

    def wishes(present: State, user: str) -> Iterator[Request]:
        for run in runs:
            yield CancelRun(run=run, by=user)

    ask(space_of(space, state), wishes, as_json=as_json)


@click.command("top")
@space_argument
@click.argument("run", shell_complete=offered)
@verb_options
def top(space: str, run: str, as_json: bool, state: Path | None) -> None:
    """Let the queued RUN go before all others that are queued."""

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield MoveToTop(run=run, by=user)

    ask(space_of(space, state), wishes, as_json=as_json)
