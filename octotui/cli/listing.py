"""Print rows about a space: as sentences, or as JSON Lines."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from octotui.cli.model_files import say, wants_ascii
from octotui.cli.requests import run_request
from octotui.cli.space_argument import space_of
from octotui.views.labels import ASCII, UNICODE

Rows = Iterator[tuple[str, dict[str, Any]]]


def print_rows(space: str, state: Path | None, rows: Any, *, as_json: bool) -> None:
    """Say each row, as a sentence or as an object."""
    named = space_of(space, state)

    async def main() -> None:
        from octotui.cli.connection import looked_at
        from octotui.cli.event_printer import write

        glyphs = ASCII if wants_ascii(asked=False) else UNICODE
        async with looked_at(named.slug, named.state) as here:
            for sentence, plain in rows(here.state, time.time()):
                if not as_json:
                    say(glyphs.text(sentence))
                elif plain:
                    write(plain)

    run_request(main)
