"""The lifetime of a server: until a stop request, a signal, or a time without use."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.model.space import Model
from octotui.runtime.server.model_watcher import Load, ModelWatcher
from octotui.runtime.server.server import Server
from octotui.runtime.session import Session
from octotui.store.space_folder import space_folder

POLL = 1.0  # seconds between two checks for use
IDLE = 60.0  # seconds after which an unused server ends


@asynccontextmanager
async def shared(
    session: Session, model: Model, state_dir: Path | None, path: Path | None, load: Load
) -> AsyncIterator[Server]:
    """Serve a session to clients for the duration of the block, and watch its model's file."""
    file = None if path is None else ModelWatcher(path.absolute(), load, model)
    folder = space_folder(model.space.slug, state_dir)
    server = Server(session, folder, file)
    await server.open()
    if path is not None:
        folder.keep_model(path)
    try:
        yield server
    finally:
        await server.close()


class ShutdownSignal:
    """Why a server is to end; its signal handlers are installed before anybody can connect.

    SIGHUP only reloads the model, and SIGTSTP is ignored.
    """

    def __init__(self) -> None:
        self.why = ""
        self._signalled = asyncio.Event()
        self._hung_up = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.tell, "it received SIGTERM")
        loop.add_signal_handler(signal.SIGINT, self.tell, "it was interrupted")
        loop.add_signal_handler(signal.SIGHUP, self._hung_up.set)
        loop.add_signal_handler(signal.SIGTSTP, lambda: None)

    def tell(self, why: str) -> None:
        """Request the end; the first reason stays."""
        self.why = self.why or why
        self._signalled.set()

    async def wait(self) -> None:
        """Wait until the end is requested."""
        await self._signalled.wait()

    async def hung_up(self) -> None:
        """Wait for the next SIGHUP; return at once if one came since the last call."""
        await self._hung_up.wait()
        self._hung_up.clear()


async def until_stopped(server: Server, ending: ShutdownSignal, *, idle: float | None = None) -> str:
    """Wait until the server is to end, and return why; raises its session's failure."""
    reading = asyncio.ensure_future(_read_again(server, ending))
    waiting = [
        asyncio.ensure_future(each) for each in (ending.wait(), server.stopped.wait(), server.failed())
    ]
    unused = 0.0
    while not any(each.done() for each in waiting):
        await asyncio.wait(waiting, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        unused = 0.0 if server.is_used else unused + POLL
        if idle is not None and unused >= idle:
            ending.tell("it was idle")
    for each in (reading, *waiting):
        each.cancel()
    if server.failure is not None:
        raise server.failure
    return ending.why or "it was asked to stop"


async def _read_again(server: Server, ending: ShutdownSignal) -> None:
    """Reload the model at each SIGHUP."""
    while True:
        await ending.hung_up()
        server.check_file_soon()
