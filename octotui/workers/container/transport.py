"""The way to a container of this machine: `podman exec`."""

import asyncio
from collections.abc import Sequence

from octotui.model.machines.endpoints import container_name
from octotui.workers.container.engine import MISSING, engine
from octotui.workers.machine import Gone, Unreachable
from octotui.workers.programs.transport import ProgramTransport
from octotui.workers.remote.answers import one_line
from octotui.workers.remote.transport import CommandEnd

STOPPED = (b"exited", b"stopped", b"dead", b"removing")
STATUS = "{{.State.Running}} {{.State.Status}}"
OWN = 125  # from this exit code on, it may be that of the engine, and not that of the command


class ContainerTransport(ProgramTransport):
    """Commands in one container, by its name."""

    def __init__(self, container: str) -> None:
        super().__init__()
        self._container = container

    def call(self) -> Sequence[str]:
        """Return the call of the engine. Raises Unreachable where there is none."""
        return _engine(), "exec", "-i", "--", self._container

    async def end_of(self, code: int, errors: str) -> CommandEnd:
        """Return how a command ended. Raises Unreachable, and Gone where its container does not run."""
        if code < 0 or code >= OWN:
            await self._check(errors)
        if code < 0:
            raise Unreachable("the connection to the container was lost")
        return CommandEnd(code, errors=errors)

    async def _check(self, errors: str) -> None:
        """Raise Unreachable unless the container runs; `errors` are what a command said that failed.

        It is Gone where the engine says that it ended, or that there is none.
        """
        process = await asyncio.create_subprocess_exec(
            *(_engine(), "container", "inspect", "--format", STATUS, "--", self._container),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, said = await process.communicate()
        runs, _, status = output.strip().partition(b" ")
        if runs == b"true":
            return
        if process.returncode:
            why = one_line((errors or said.decode(errors="replace")).strip())
            if b"no such container" in said.lower():
                raise Gone(f"there is no container {self._container}")
            raise Unreachable(f"there is no container {self._container}{f': {why}' if why else ''}")
        kind = Gone if status in STOPPED else Unreachable
        raise kind(f"the container {self._container} does not run")


def container_way(endpoint: str) -> ContainerTransport:
    """Return the way to an endpoint such as `container://NAME`."""
    return ContainerTransport(container_name(endpoint))


def _engine() -> str:
    found = engine()
    if found is None:
        raise Unreachable(MISSING)
    return found
