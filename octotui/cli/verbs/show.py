"""`octotui show FILE RUN`: the state of a run, with reasons; its variables."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from octotui.cli.reports import print_run
from octotui.cli.requests import verb_options
from octotui.cli.shell_completion import runs
from octotui.cli.spaces.space_argument import space_argument
from octotui.cli.terminal.user_settings import shown_zone, utc_option
from octotui.engine.state import State
from octotui.views import files
from octotui.views.files import Where
from octotui.views.variables import of_run as variables_of
from octotui.views.why import of_run


@click.command("show")
@space_argument
@click.argument("run", shell_complete=runs)
@click.option("--variables", is_flag=True, help="Its variables, and why each value won.")
@utc_option
@verb_options
def command(space: str, run: str, variables: bool, as_json: bool, state: Path | None) -> None:
    """Say how RUN stands, what it waits for, why it has its workers, and which files its scripts had kept."""
    lines, asked = (_variables, variables_of) if variables else (_at_length, None)
    print_run(space, run, state, lines, as_json=as_json, variables=asked)


def _at_length(family: State, run: str, where: Where) -> Iterator[str]:
    """Yield headed paragraphs about a run and its files."""
    for head, lines in (*of_run(family, run, time.time(), shown_zone()), *files.of_run(family, run, where)):
        yield head
        yield from (f"  {line}" for line in lines)


def _variables(family: State, run: str, where: Where) -> Iterator[str]:
    for row in variables_of(family, run):
        yield f"{row.name} = {row.value}  ({row.why})"
