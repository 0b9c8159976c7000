"""`octotui tree FILE RUN`: the allocation tree of a run."""

import time
from collections.abc import Iterable
from pathlib import Path

import click

from octotui.cli.reports import print_run
from octotui.cli.requests import verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import space_argument
from octotui.cli.terminal.output import wants_ascii
from octotui.engine.state import State
from octotui.views.files import Where
from octotui.views.labels import ASCII, UNICODE
from octotui.views.tree.run_tree import as_lines, rows


@click.command("tree")
@space_argument
@click.argument("run", shell_complete=runs)
@verb_options
def command(space: str, run: str, as_json: bool, state: Path | None) -> None:
    """Show the allocation tree of RUN: its workers and why these, its steps, the runs that these started."""
    print_run(space, run, state, _tree, as_json=as_json)


def _tree(family: State, run: str, where: Where) -> Iterable[str]:
    return as_lines(rows(family, run, time.time()), ASCII if wants_ascii(asked=False) else UNICODE)
