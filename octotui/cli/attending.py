"""A run that a verb starts and attends to its end."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from octotui.cli.models import USAGE, refuse, wants_ascii
from octotui.cli.starting import Start, Telling, starting_time
from octotui.engine.commands import MoveToTop, Request, StartRun
from octotui.engine.state import State
from octotui.engine.terms import Answer
from octotui.model.space import Model


class Attending(Start, Telling):
    """The options of a verb that attends a run."""

    at: str | None
    after: str | None
    top: bool
    answer: Answer | None
    detach: bool


def attend(model: Model, file: Path | None, start: StartRun, said: Attending) -> NoReturn:
    """Run it to its end, and leave with its exit code; what makes no sense is exit code 2."""
    from octotui.cli.attended import Attended
    from octotui.cli.narration import Narration
    from octotui.engine.commands import Refused
    from octotui.store.errors import StoreError

    start = replace(start, not_before=starting_time(said["at"], said["after"], time.time()))
    if said["detach"]:
        _detached(model, file, start, said)
    narration = Narration(as_json=said["as_json"], ascii_only=wants_ascii(said["plain"]))
    try:
        attended = Attended(model, file, start, said["answer"], narration, top=said["top"])
        code = asyncio.run(attended.run(said["state"]))
    except StoreError as error:
        refuse(str(error), 1)
    except Refused as refused:
        refuse(str(refused), USAGE)
    raise SystemExit(code)


def _detached(model: Model, file: Path | None, start: StartRun, said: Attending) -> NoReturn:
    """Start it at the space's server, say which run it is, and leave it to go on."""
    from octotui.cli.asked import ask
    from octotui.cli.naming import Named

    def wishes(present: State, user: str) -> Iterator[Request]:
        yield start
        if said["top"]:
            yield MoveToTop(run=f"run-{present.next_run}", by=user)

    ask(Named(model.space.slug, file, said["state"]), wishes, as_json=said["as_json"])
    raise SystemExit(0)
