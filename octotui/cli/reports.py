"""Prints rows about a space, or lines about a run, as sentences or JSON."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from octotui.cli.requests import run_request
from octotui.cli.spaces.space_argument import no_such_run, run_id, space_of
from octotui.cli.terminal.output import say, wants_ascii
from octotui.engine.state import State
from octotui.views.files import Where
from octotui.views.labels import ASCII, UNICODE
from octotui.views.variables import VariableRow

Rows = Iterator[tuple[str, dict[str, Any]]]


def print_rows(space: str, state: Path | None, rows: Any, *, as_json: bool) -> None:
    """Print each row, as a sentence or as an object."""
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.terminal.output import say_json

        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        async with looked_at(named.slug, named.state) as here:
            for sentence, plain in rows(here.state, time.time()):
                if not as_json:
                    say(glyphs.text(sentence))
                elif plain:
                    say_json(plain)

    run_request(main)


RunLines = Callable[[State, str, Where], Iterable[str]]


def print_run(
    space: str,
    argument: str,
    state: Path | None,
    lines: RunLines,
    *,
    as_json: bool,
    variables: Callable[[State, str], Iterable[VariableRow]] | None = None,
) -> None:
    """Print lines about a run, or its Summary as JSON, with `variables` of it where they are asked for."""
    named, run = space_of(space, state), run_id(argument)

    async def main() -> None:
        from octotui.cli.spaces.connection import looked_at
        from octotui.cli.summary import summary, summary_with_variables
        from octotui.cli.terminal.output import say_json

        async with looked_at(named.slug, named.state) as here:
            live = here.state  # holds families with an open run, and all that they wait for
            family = live if run in live.runs else await here.family(run)
            if run not in family.runs:
                raise no_such_run(run, here.state)
            if as_json and variables is not None:
                rows = variables(family, run)
                say_json(summary_with_variables(family, run, rows, here.artifact_path))
                return
            if as_json:
                say_json(summary(family, family.runs[run].root, here.artifact_path))
                return
            glyphs = ASCII if wants_ascii(asked=False) else UNICODE
            for line in lines(family, run, here.artifact_path):
                say(glyphs.text(line))

    run_request(main)
