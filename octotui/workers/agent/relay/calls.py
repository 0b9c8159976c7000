"""Calls: what the other end of the channel asks for, each in a thread with data in both directions."""

from __future__ import annotations

import queue
import threading
import traceback
from typing import Any, Callable, Dict, Optional, Tuple

from octotui.workers.agent.frames import Header

WINDOW = 1 << 21  # bytes of a call that are under way in each direction
CHUNK = 1 << 18

Answer = Tuple[Header, bytes]
Say = Callable[[Header, bytes], None]


class Stopped(Exception):
    """Raised in a call that is given up by the other end."""


class CallError(Exception):
    """Raised where a call cannot do what it is for; `kind` is for programs, and the text is for people."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class RelayCall:
    """One call: its header and payload, the data that follows, and what is said of it."""

    def __init__(self, header: Header, payload: bytes, say: Say) -> None:
        self.number = int(header["call"])
        self.header = header
        self.payload = payload
        self._say = say
        self._inbox: "queue.Queue[Optional[bytes]]" = queue.Queue()
        self._room = threading.Condition()
        self._under_way = 0
        self._stopped = False

    def take(self, header: Header, payload: bytes) -> None:
        """Take a later frame of this call."""
        if "took" in header:
            with self._room:
                self._under_way -= int(header["took"])
                self._room.notify()
        elif header.get("stop"):
            with self._room:
                self._stopped = True
                self._room.notify()
            self._inbox.put(None)
        else:
            self._inbox.put(None if header.get("end") else payload)

    def receive(self) -> bytes:
        """Return the next data; nothing at its end. Raises Stopped, once all that came before is returned."""
        data = self._inbox.get()
        if data is None:
            self.check()
            return b""
        self._say({"call": self.number, "took": len(data)}, b"")
        return data

    def send(self, payload: bytes = b"", **more: Any) -> None:
        """Send data, once there is room for it. Raises Stopped."""
        with self._room:
            while self._under_way >= WINDOW and not self._stopped:
                self._room.wait()
            self._under_way += len(payload)
        self.check()
        self._say(dict(more, call=self.number, part=True), payload)

    def check(self) -> None:
        """Raise Stopped once the call is given up."""
        if self._stopped:
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep for some seconds, or raise Stopped as soon as the call is given up."""
        with self._room:
            if not self._stopped:
                self._room.wait(seconds)
        self.check()

    def run(self, work: "Callable[[RelayCall], Answer]") -> None:
        """Do the work of the call, and say how it ended."""
        try:
            header, payload = work(self)
            self._say(dict(header, call=self.number, done=True), payload)
        except Stopped:
            self._fail("stopped", "it was given up")
        except CallError as error:
            self._fail(error.kind, str(error))
        except FileNotFoundError as error:
            self._fail("missing", error.strerror or str(error))
        except (OSError, ValueError) as error:
            self._fail("system", getattr(error, "strerror", None) or str(error))
        except Exception as error:  # else the other end would wait for ever
            traceback.print_exc()
            self._fail("strange", "%s: %s" % (type(error).__name__, error))

    def _fail(self, kind: str, why: str) -> None:
        self._say({"call": self.number, "problem": kind, "why": why}, b"")


Words = Dict[str, Callable[[RelayCall], Answer]]
