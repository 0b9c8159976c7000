"""A server from its start to its end: until it is asked to stop, a signal says so, or nobody needs it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from octotui.model.space import Model
from octotui.runtime.following import Load, ModelFile
from octotui.runtime.opening import space_folder
from octotui.runtime.server import Server
from octotui.runtime.session import Session

LOOK = 1.0  # seconds between two looks at whether anybody needs it
IDLE = 60.0  # seconds after which a server ends that nobody needs


@asynccontextmanager
async def shared(
    session: Session, model: Model, state_dir: Path | None, path: Path | None, load: Load
) -> AsyncIterator[Server]:
    """Let others attach to a session, and follow its model's file."""
    file = None if path is None else ModelFile(path.absolute(), load, model)
    server = Server(session, space_folder(model.space.slug, state_dir), file)
    await server.open()
    try:
        yield server
    finally:
        await server.close()


async def until_stopped(server: Server, *, idle: float | None = None) -> str:
    """Wait until the server is to end, and say why; a hang-up only has it read its model again."""
    loop = asyncio.get_running_loop()
    told: list[str] = []

    def end(why: str) -> None:
        told.append(why)
        server.stopped.set()

    loop.add_signal_handler(signal.SIGTERM, end, "it was told to end")
    loop.add_signal_handler(signal.SIGINT, end, "it was interrupted")
    loop.add_signal_handler(signal.SIGHUP, server.look_soon)
    loop.add_signal_handler(signal.SIGTSTP, lambda: None)  # it has no terminal to give back
    waiting = asyncio.ensure_future(server.stopped.wait())
    unused = 0.0
    while not waiting.done():
        await asyncio.wait({waiting}, timeout=LOOK)
        unused = 0.0 if server.is_used else unused + LOOK
        if idle is not None and unused >= idle:
            end("nobody needed it")
    return told[0] if told else "it was asked to stop"
