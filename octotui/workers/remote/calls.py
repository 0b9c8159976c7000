"""Calls to the relay of a machine, with data in both directions."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

from octotui.workers.agent.frames import FrameError, Header
from octotui.workers.agent.relay.calls import CHUNK, WINDOW
from octotui.workers.machine import Unreachable
from octotui.workers.remote.answers import one_line

LARGEST_HEADERS = 1 << 27  # bytes of headers of parts that wait, of which each takes some memory
HEADER = 256  # bytes that a header takes beside its text

Send = Callable[..., None]


class CallFailed(Exception):
    """Raised where the relay cannot do what it was asked for; `kind` is for programs, the text for people."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class RemoteCall:
    """One call: what is sent with it, what arrives, and how it ends."""

    def __init__(self, number: int, send: Send) -> None:
        self.number = number
        self.takes_parts = True
        self._send = send
        self._parts: deque[tuple[Header, bytes]] = deque()
        self._waiting = 0  # bytes of the parts, and of their headers
        self._headers = 0
        self._changed = asyncio.Event()
        self._under_way = 0
        self._answer: tuple[Header, bytes] | None = None
        self._problem: Exception | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._answer is not None or self._problem is not None

    def take(self, header: Header, payload: bytes) -> None:
        """Take a frame of this call. Raises FrameError or ValueError where a relay keeps to no window."""
        if "took" in header:
            took = int(header["took"])
            if not 0 <= took <= self._under_way:
                raise FrameError("its relay has taken other than what it was sent")
            self._under_way -= took
        elif header.get("part"):
            self._add(header, payload)
        elif "problem" in header:
            self._problem = CallFailed(str(header["problem"]), one_line(header.get("why", "")))
        else:
            self._answer = header, payload
        self._changed.set()

    def _add(self, header: Header, payload: bytes) -> None:
        if not self.takes_parts:
            raise FrameError("its relay sends data that was not asked for")
        self._waiting += len(payload)
        self._headers += _size(header)
        if self._waiting > WINDOW + CHUNK or self._headers > LARGEST_HEADERS:
            raise FrameError("its relay sends more than it was acknowledged")
        self._parts.append((header, payload))

    def lose(self, problem: Unreachable) -> None:
        """End it, since its machine is away."""
        if not self.is_over:
            self._problem = problem
            self._changed.set()

    async def send(self, data: bytes) -> bool:
        """Send data, once there is room for it; return whether the call still takes any."""
        for at in range(0, len(data), CHUNK):
            while self._under_way >= WINDOW and not self.is_over:
                await self._change()
            if self.is_over:
                return False
            chunk = data[at : at + CHUNK]
            self._under_way += len(chunk)
            self._send({"call": self.number}, chunk)
        return not self.is_over

    def end(self) -> None:
        """Say that no more data follow."""
        self._send({"call": self.number, "end": True})

    def stop(self) -> None:
        """Give it up, unless it has ended."""
        if not self.is_over:
            self._send({"call": self.number, "stop": True})

    async def parts(self) -> AsyncGenerator[tuple[Header, bytes], None]:
        """Yield what arrives, until its end. Raises CallFailed or Unreachable."""
        while True:
            while self._parts:
                header, payload = self._parts.popleft()
                self._waiting -= len(payload)
                self._headers -= _size(header)
                self._send({"call": self.number, "took": len(payload)})
                yield header, payload
            if self.is_over:
                await self.answer()
                return
            await self._change()

    async def answer(self) -> tuple[Header, bytes]:
        """Wait for its end. Raises CallFailed or Unreachable."""
        while self._answer is None:
            if self._problem is not None:
                raise self._problem
            await self._change()
        return self._answer

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def _size(header: Header) -> int:
    """Return about how many bytes of memory the header of a part takes."""
    return HEADER + len(str(header))
