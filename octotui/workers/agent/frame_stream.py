"""A connection to the agent: frames in, and frames out in one send for each wake-up."""

from __future__ import annotations

import socket
from typing import List, Optional

from octotui.workers.agent.frames import Frame, FrameReader, Header, head

FULL = 1 << 18  # bytes that wait to be sent, from which on no output is read: their memory is used again
MANY = 64  # pieces of one send


class FrameStream:
    """A stream socket that is never waited for."""

    def __init__(self, stream: socket.socket) -> None:
        stream.setblocking(False)
        self._stream = stream
        self._reader = FrameReader()
        self._waiting: List[memoryview] = []
        self._size = 0

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._stream.fileno()

    @property
    def has_room(self) -> bool:
        """Whether more may be said."""
        return self._size < FULL

    @property
    def is_pending(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._waiting)

    def receive(self) -> Optional[List[Frame]]:
        """Return the frames that have arrived, None at the end. Raises OSError or FrameError."""
        try:
            count = self._stream.recv_into(self._reader.space())
        except (BlockingIOError, InterruptedError):
            return []
        return self._reader.complete(count) if count else None

    def say(self, header: Header, payload: bytes) -> None:
        """Have a frame sent with the next `flush`."""
        for each in (head(header, len(payload)), payload):
            if each:
                self._waiting.append(memoryview(each))
                self._size += len(each)

    def flush(self) -> None:
        """Send what waits, as far as the other side takes it. Raises OSError where it is gone."""
        while self._waiting:
            try:
                sent = self._stream.sendmsg(self._waiting[:MANY])
            except (BlockingIOError, InterruptedError):
                return
            self._size -= sent
            self._skip(sent)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _skip(self, sent: int) -> None:
        done = 0
        for each in self._waiting:
            if sent < len(each):
                self._waiting[done] = each[sent:]
                break
            sent -= len(each)
            done += 1
        del self._waiting[:done]
