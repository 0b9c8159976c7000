"""Scripts of octotui's own on a machine: run to their end by its contract, and cleaned."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from octotui.engine.state import Outcome
from octotui.model.iteration import environment_sources
from octotui.model.space import Model
from octotui.runtime.jobs.containers.contained_script import ENGINE_ENVIRONMENT
from octotui.store.logs.line_streams import STDOUT
from octotui.workers.executor import AttemptSpec
from octotui.workers.machine import AttemptKey, Machine, Unreachable
from octotui.workers.reaching import follow_to_end

LONGEST = 1 << 16  # bytes of a line
GRACE = 2.0  # seconds that a stopped one has
Lines = Callable[[str], None]


def own_script(model: Model, worker: str, machine: Machine, text: str, values: dict[str, str]) -> AttemptSpec:
    """Return the spec of a script of sh that calls a machine's engine of containers."""
    return AttemptSpec(
        job="containers",
        attempt=1,
        run="",
        worker=worker,
        directory=machine.directory,
        shell="sh",
        script=text,
        values=values,
        passed=(*model.engine.environment, *ENGINE_ENVIRONMENT),
        withheld=tuple(environment_sources(model)),
        grace=GRACE,
        supervisor=model.engine.supervisor,
    )


async def run_script(machine: Machine, attempt: AttemptKey, spec: AttemptSpec, lines: Lines) -> Outcome:
    """Run a script to its end, pass its output on by lines, and clean it; stop it where this is cancelled.

    Raises StartError and Unreachable.
    """
    processes, output = machine.processes, _Lines(lines)
    following: asyncio.Future[Outcome] | None = None
    try:
        await processes.start(attempt, spec, is_new=True)
        following = asyncio.ensure_future(follow_to_end(processes, attempt, output))
        outcome = await asyncio.shield(following)
        output.end()
        return outcome
    finally:
        with suppress(Unreachable):
            if following is None or not following.done():
                await processes.stop(attempt, GRACE)
            if following is not None:
                await asyncio.wait({following}, timeout=GRACE + 1)
                following.cancel()
            await processes.clean(attempt)


class _Lines:
    """Splits output into lines; one that is longer than LONGEST is cut."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._rest = b""

    def __call__(self, chunk: bytes, stream: int = STDOUT, /) -> None:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._say(line)
        if len(self._rest) > LONGEST:
            self.end()

    def end(self) -> None:
        """Give the last line, if it is unfinished."""
        if self._rest:
            self._say(self._rest)
        self._rest = b""

    def _say(self, line: bytes) -> None:
        self._lines(line[:LONGEST].decode(errors="replace").rstrip("\r"))
