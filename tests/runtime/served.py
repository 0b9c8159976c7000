"""A session that is served in the loop of a test, and people who attach to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from octotui.engine.state import State
from octotui.model.space import Model
from octotui.runtime.effects import EffectRunner
from octotui.runtime.jobs.package_acquisition import SimulatedAcquirer
from octotui.runtime.server import protocol
from octotui.runtime.server.client import Client
from octotui.runtime.server.model_watcher import ModelWatcher
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.server import Server
from octotui.runtime.server.sockets import connected
from octotui.runtime.session import Session
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.space_folder import SpaceFolder
from tests.runtime.rig import Hands, over

OWNER = "ann"


class Served:
    """A server, its session, and the hands that do its work."""

    def __init__(self, base: Path, file: ModelWatcher | None = None) -> None:
        self.folder = SpaceFolder(base, "test")
        self.hands = Hands()
        self.journal = MemoryJournal()
        machines = over(self.hands, self.folder)
        effects = partial(EffectRunner, self.folder, machines, SimulatedAcquirer(), time.time)
        self.session = Session(State(), self.journal, effects, user=OWNER, now=time.time)
        self.next_user = OWNER
        self.raws: list[Raw] = []
        self.server = Server(self.session, self.folder, file, owner=OWNER, peer=self._peer)

    def _peer(self, connection: object) -> Peer:
        return Peer(1000, self.next_user, "process 1 on pts/1")

    @asynccontextmanager
    async def attached(self, user: str = OWNER, *, follow: bool = True) -> AsyncIterator[Client]:
        """A client of this user."""
        self.next_user = user
        client = Client(self.folder, time.time)
        await client.open(follow=follow)
        try:
            yield client
        finally:
            await client.close()

    async def raw(self, user: str = OWNER) -> "Raw":
        """A connection on which anything can be said."""
        self.next_user = user
        raw = Raw(*await asyncio.open_unix_connection(sock=connected(self.folder.path), limit=1 << 26))
        self.raws.append(raw)
        return raw

    def events(self, kind: type) -> list[Any]:
        """The events of a kind that were journaled."""
        return [each for each in self.journal.read() if isinstance(each, kind)]


class Raw:
    """A client that says and hears lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, message: "protocol.ToServer | bytes") -> None:
        """Say a message, or any bytes."""
        self.writer.write(message if isinstance(message, bytes) else protocol.line(message))

    async def hear(self) -> Any:
        """The next message, or None where the server has hung up."""
        try:
            said = await asyncio.wait_for(self.reader.readline(), 10)
        except ConnectionError:
            return None
        return msgspec.json.decode(said, type=protocol.ToClient) if said else None

    async def until(self, kind: type) -> Any:
        """The next message of a kind; what comes before is passed over."""
        while not isinstance(message := await self.hear(), kind):
            assert message is not None, "the server hung up"
        return message


@asynccontextmanager
async def served(model: Model, base: Path, file: ModelWatcher | None = None) -> AsyncIterator[Served]:
    """A space that is served."""
    here = Served(base, file)
    here.folder.make()
    await here.session.start(model)
    await here.server.open()
    try:
        yield here
    finally:
        await here.server.close()
        await here.session.close()
        for raw in here.raws:
            raw.writer.transport.abort()
        await asyncio.sleep(0)


async def until(holds: Callable[[], object]) -> None:
    """Wait until something is so, at most ten seconds."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")
