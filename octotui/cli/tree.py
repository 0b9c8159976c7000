"""`octotui tree` and `octotui show`: a run, what it started, and why it stands as it does."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from octotui.cli.asked import done, verb_options
from octotui.cli.completion import runs
from octotui.cli.models import say, wants_ascii
from octotui.cli.naming import run_id, space_argument, space_of
from octotui.engine.commands import Refused
from octotui.engine.state import State
from octotui.views import files
from octotui.views.files import Where
from octotui.views.tree import as_lines, rows
from octotui.views.variables import of_run as variables_of
from octotui.views.why import of_run
from octotui.views.words import ASCII, UNICODE

Told = Callable[[State, str, Where], Iterable[str]]


@click.command("tree")
@space_argument
@click.argument("run", shell_complete=runs)
@verb_options
def tree(space: str, run: str, as_json: bool, state: Path | None) -> None:
    """Show the allocation tree of RUN: its workers and why these, its steps, the runs that these started."""
    _tell(space, run, state, _tree, as_json=as_json)


@click.command("show")
@space_argument
@click.argument("run", shell_complete=runs)
@click.option("--variables", is_flag=True, help="Its variables, and why each value won.")
@verb_options
def show(space: str, run: str, variables: bool, as_json: bool, state: Path | None) -> None:
    """Say how RUN stands, what it waits for, why it has its workers, and which files its scripts had kept."""
    _tell(space, run, state, _variables if variables else _at_length, as_json=as_json)


def _tell(space: str, said: str, state: Path | None, told: Told, *, as_json: bool) -> None:
    """Say something of a run, or give its Summary as JSON."""
    named, run = space_of(space, state), run_id(said)

    async def main() -> None:
        from octotui.cli.narration import write
        from octotui.cli.spaces import looked_at
        from octotui.cli.summary import summary

        async with looked_at(named.slug, named.state) as here:
            family = await here.family(run)
            if run not in family.runs:
                raise Refused(f"there is no run {run}")
            if as_json:
                write(summary(family, family.runs[run].root, here.artifact_path))
                return
            glyphs = ASCII if wants_ascii(asked=False) else UNICODE
            for line in told(family, run, here.artifact_path):
                say(glyphs.text(line))

    done(main)


def _tree(family: State, run: str, where: Where) -> Iterable[str]:
    return as_lines(rows(family, run, time.time()), ASCII if wants_ascii(asked=False) else UNICODE)


def _at_length(family: State, run: str, where: Where) -> Iterator[str]:
    """How a run stands, and its files: headed paragraphs."""
    for head, lines in (*of_run(family, run, time.time()), *files.of_run(family, run, where)):
        yield head
        yield from (f"  {line}" for line in lines)


def _variables(family: State, run: str, where: Where) -> Iterator[str]:
    for row in variables_of(family, run):
        yield f"{row.name} = {row.value}  ({row.why})"
