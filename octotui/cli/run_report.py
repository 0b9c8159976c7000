"""Print something about one run: lines, or its Summary as JSON."""

from collections.abc import Callable, Iterable
from pathlib import Path

from octotui.cli.model_files import say, wants_ascii
from octotui.cli.requests import run_request
from octotui.cli.space_argument import run_id, space_of
from octotui.engine.commands import Refused
from octotui.engine.state import State
from octotui.views.files import Where
from octotui.views.labels import ASCII, UNICODE

RunLines = Callable[[State, str, Where], Iterable[str]]


def print_run(space: str, argument: str, state: Path | None, lines: RunLines, *, as_json: bool) -> None:
    """Say something of a run, or give its Summary as JSON."""
    named, run = space_of(space, state), run_id(argument)

    async def main() -> None:
        from octotui.cli.connection import looked_at
        from octotui.cli.event_printer import write
        from octotui.cli.summary import summary

        async with looked_at(named.slug, named.state) as here:
            family = await here.family(run)
            if run not in family.runs:
                raise Refused(f"there is no run {run}")
            if as_json:
                write(summary(family, family.runs[run].root, here.artifact_path))
                return
            glyphs = ASCII if wants_ascii(asked=False) else UNICODE
            for line in lines(family, run, here.artifact_path):
                say(glyphs.text(line))

    run_request(main)
