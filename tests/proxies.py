"""Proxies on loopback that drop, delay and cut a connection at any byte, and servers that are none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Proxy:
    """A way to a port: `cut_after` so many bytes from there it breaks, `delay` seconds hold up each piece.

    While it is `held` nothing passes, and nobody is told.
    """

    def __init__(
        self, target: int, *, cut_after: int | None = None, delay: float = 0.0, before: bytes = b""
    ) -> None:
        self.port = 0
        self.cut_after = cut_after
        self.delay = delay
        self.connections = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._target = target
        self._before = before
        self._writers: set[asyncio.StreamWriter] = set()

    def hold(self) -> None:
        """Let nothing pass."""
        self.flowing.clear()

    def cut(self) -> None:
        """Break all connections."""
        for each in self._writers:
            each.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        self.connections += 1
        there, over = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(self._before)
        self._writers |= {writer, over}
        try:
            await asyncio.gather(self._pass(reader, over, None), self._pass(there, writer, self.cut_after))
        finally:
            for each in (writer, over):
                each.transport.abort()
            self._writers -= {writer, over}

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, most: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while chunk := await source.read(1 << 16):
                await asyncio.sleep(self.delay)
                await self.flowing.wait()
                if most is not None and passed + len(chunk) >= most:
                    sink.write(chunk[: most - passed])
                    await sink.drain()
                    self.cut()
                    return
                passed += len(chunk)
                sink.write(chunk)
                await sink.drain()
            sink.write_eof()


@asynccontextmanager
async def proxied(target: int, **how: object) -> AsyncIterator[Proxy]:
    """Yield a proxy to a port of loopback."""
    proxy = Proxy(target, **how)  # type: ignore[arg-type]
    async with listening(proxy.serve) as port:
        proxy.port = port
        yield proxy
        proxy.cut()


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """Yield the port of a server on loopback."""
    tasks: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
