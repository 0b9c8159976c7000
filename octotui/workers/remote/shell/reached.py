"""The directory of a worker on another machine, as its shell has told of it."""

import asyncio
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import clock, one_line, understood
from octotui.workers.remote.shell.calls import ShellCalls, ShellProblem
from octotui.workers.remote.transport import Transport
from octotui.workers.shells import HELPERS

LONGEST_PATH = 4096  # characters
PATIENCE = 60.0  # seconds until a shell has answered for the first time


@lru_cache(maxsize=1)
def helper_files() -> dict[str, bytes]:
    """Return the helper files of scripts by their names."""
    paths = sorted(each for each in Path(HELPERS).iterdir() if each.is_file())
    return {each.name: each.read_bytes() for each in paths}


@lru_cache(maxsize=1)
def helpers_version() -> str:
    """Return the hash that names the folder of helper files over there."""
    digest = hashlib.sha256()
    for name, body in helper_files().items():
        digest.update(f"{name} {len(body)}\n".encode() + body)
    return digest.hexdigest()[:16]


class ShellFacts(NamedTuple):
    """What a machine is, the names in its account's environment, and the paths of the programs asked for."""

    directory: str
    system: str
    architecture: str
    clock: float
    boot: str
    names: tuple[str, ...]
    python: str
    programs: dict[str, str]


class ShellDirectory:
    """A directory over there; a relative one is below the home of the account, and made when it is used."""

    def __init__(self, transport: Transport, path: str) -> None:
        self.path = path  # absolute once it was reached
        self.calls = ShellCalls(transport, path)
        self.latency: float | None = None
        self._reached: ShellFacts | None = None
        self._reaching = asyncio.Lock()

    async def reached(self) -> ShellFacts:
        """Return what it was when it was first reached. Raises Unreachable."""
        async with self._reaching:
            if self._reached is None:
                self._reached = await self.facts()
        return self._reached

    async def facts(self, programs: tuple[str, ...] = ()) -> ShellFacts:
        """Return what it is now, and where these programs are. Raises Unreachable."""
        if "\n" in self.path or "\0" in self.path:
            raise Unreachable("its directory has a line end in its name: declare another")
        began, self.latency = asyncio.get_running_loop().time(), None
        try:
            found = _facts(await self.calls.ask("facts", "facts", *programs, patience=PATIENCE))
            self.latency = asyncio.get_running_loop().time() - began
            self.path = found.directory
            return found
        except ShellProblem as problem:
            raise Unreachable(str(problem)) from None

    async def send_helpers(self) -> None:
        """Send the helper files of scripts. Raises ShellProblem or Unreachable."""
        files = helper_files()
        sizes = [word for name, body in files.items() for word in (name, str(len(body)))]
        await self.calls.ask("facts", "helpers", helpers_version(), *sizes, body=b"".join(files.values()))


def _facts(parts: list[bytes]) -> ShellFacts:
    """Parse the parts of an answer. Raises Unreachable."""
    words = [each.decode(errors="surrogateescape").partition(" ")[::2] for each in parts]
    told = dict(words)
    programs = [value.partition(" ")[::2] for name, value in words if name == "program"]
    usable = {name: path for name, path in programs if len(path) <= LONGEST_PATH and path.isprintable()}
    with understood("what it says of itself"):
        return ShellFacts(
            directory=told["directory"],
            system=one_line(told["system"]),
            architecture=one_line(told["architecture"]),
            clock=clock(told["clock"]),
            boot=one_line(told["boot"]),
            names=tuple(told["names"].split("\n")),
            python=one_line(told.get("python", "")),
            programs=usable,
        )
