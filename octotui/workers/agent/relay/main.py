"""The relay's loop: it passes frames on between its standard streams and agents, and begins calls."""

from __future__ import annotations

import fcntl
import os
import select
import socket
import sys
import threading
from typing import Dict, List, Set, Tuple

from octotui.workers.agent.frames import FrameError, FrameReader, Header, head
from octotui.workers.agent.processes import since_boot
from octotui.workers.agent.relay import starting
from octotui.workers.agent.relay.calls import CHUNK, Answer, CallError, RelayCall
from octotui.workers.agent.relay.facts import FACTS, boot_id
from octotui.workers.agent.relay.files import FILES
from octotui.workers.agent.relay.folder import make_folder
from octotui.workers.agent.relay.latest import read_latest, write_latest
from octotui.workers.agent.relay.packages import PACKAGES
from octotui.workers.agent.relay.workspace_files import WORKSPACES

SILENCE = 150.0  # seconds without a word from the other end, which is gone then
PATIENCE = 10.0  # seconds in which an agent that ends is waited for
PAUSE = 0.01
SET_PIPE_SIZE = 1031  # Linux: F_SETPIPE_SZ
PIPE = 1 << 20  # bytes
UNSENT = 1 << 26  # bytes that an agent may leave unread


class Relay:
    """One channel, between two descriptors and the agents of this machine."""

    def __init__(self, incoming: int, outgoing: int, program: bytes) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._program = program  # not its file: what scripts do to that is mended at a start
        self._reader = FrameReader()
        self._chunk = memoryview(bytearray(CHUNK))  # one for all: new memory costs more than what it takes
        self._saying = threading.Lock()
        self._calls: Dict[int, RelayCall] = {}
        self._agents: Dict[int, socket.socket] = {}
        self._unsent: Dict[int, bytearray] = {}  # what agents have not read yet
        self._ending: Set[int] = set()  # connections that end once all is sent
        self._numbers: Dict[int, int] = {}
        self._boot, self._since = boot_id(), since_boot()
        self._poll = select.poll()
        _widen(outgoing)
        self._woken, self._wake = os.pipe()
        self._opened: List[Tuple[int, socket.socket]] = []
        for file in (incoming, self._woken):
            self._poll.register(file, select.POLLIN)
        self._words = dict(FILES)
        self._words.update(PACKAGES)
        self._words.update(FACTS)
        self._words.update(WORKSPACES)
        self._words.update({"agent": self._open, "versions": _versions})

    def run(self) -> None:
        """Serve until the channel ends. Raises OSError or FrameError where it is broken."""
        while True:
            events = self._poll.poll(SILENCE * 1000)
            if not events:
                return
            for file, event in events:
                if file == self._woken:
                    self._take_opened()
                elif file != self._incoming:
                    self._serve(file, event)
                elif not self._receive():
                    return

    def say(self, header: Header, payload: "bytes | memoryview") -> None:
        """Send a frame, from any thread; all of it is sent on return."""
        first = head(header, len(payload))
        with self._saying:
            sent = os.writev(self._outgoing, (first, payload))
            if sent < len(first):
                sent += _write(self._outgoing, first[sent:])
            _write(self._outgoing, memoryview(payload)[sent - len(first) :])

    def _receive(self) -> bool:
        count = os.readv(self._incoming, [self._reader.space()])
        for header, payload in self._reader.complete(count) if count else ():
            self._do(header, payload)
        return bool(count)

    def _do(self, header: Header, payload: bytes) -> None:
        if "ping" in header:
            self.say({"pong": header["ping"]}, b"")
        elif "to" in header:
            self._pass_on(int(header["to"]), payload)
        elif "do" in header:
            call = self._calls[int(header["call"])] = RelayCall(header, payload, self.say)
            threading.Thread(target=self._run, args=(call,), daemon=True).start()
        else:
            known = self._calls.get(int(header["call"]))
            if known is not None:
                known.take(header, payload)

    def _run(self, call: RelayCall) -> None:
        try:
            call.run(self._words[call.header["do"]])
        except (KeyError, OSError):  # no word of this version, or the channel is gone
            os._exit(1)
        finally:
            self._calls.pop(call.number, None)

    def _pass_on(self, number: int, payload: bytes) -> None:
        """Send bytes to an agent, as soon as it reads; none are the end of its connection.

        One that reads too little is given up, as nothing else would be passed on meanwhile.
        """
        if number not in self._agents:
            return
        if payload:
            self._unsent.setdefault(number, bytearray()).extend(payload)
        else:
            self._ending.add(number)
        self._send(number)
        if len(self._unsent.get(number, b"")) > UNSENT:
            self._unsent[number].clear()
            self._ending.add(number)
            self._send(number)

    def _send(self, number: int) -> None:
        """Send what an agent reads without waiting for it."""
        agent, unsent = self._agents[number], self._unsent.get(number)
        try:
            while unsent:
                del unsent[: agent.send(unsent)]
        except BlockingIOError:
            pass
        except OSError:  # its end is noticed as it is read from
            if unsent:
                unsent.clear()
        self._poll.register(agent.fileno(), select.POLLIN | (select.POLLOUT if unsent else 0))
        if number in self._ending and not unsent:
            try:
                agent.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _serve(self, file: int, event: int) -> None:
        """Send to an agent what it reads, and to the other end what it says."""
        if event & select.POLLOUT:
            self._send(self._numbers[file])
        if event & ~select.POLLOUT:
            self._pass_back(file)

    def _pass_back(self, file: int) -> None:
        """Send what an agent says to the other end; nothing when its connection has ended."""
        number = self._numbers[file]
        try:
            count = self._agents[number].recv_into(self._chunk)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self._poll.unregister(file)
            del self._numbers[file]
            self._agents.pop(number).close()
            self._unsent.pop(number, None)
            self._ending.discard(number)
        self.say({"from": number}, self._chunk[:count])

    def _open(self, call: RelayCall) -> Answer:
        """Connect to an agent, which is started if need be."""
        home, version = str(call.header["folder"]), str(call.header["version"])
        folder = "%s/%s" % (home, version)
        if read_latest(folder, self._boot) > self._since:
            raise CallError("stale", "a later session has its agent")
        try:
            if call.header["start"]:
                make_folder(folder)
            write_latest(folder, self._boot, self._since)  # for an earlier one not to come back
            if call.header["start"]:
                stream = self._started(call, home, version)
            else:
                stream = starting.connected(folder)
            stream.setblocking(True)
            stream.sendall(head({"do": "hello", "since": self._since}))
        except TimeoutError as silence:
            raise CallError("silent", str(silence)) from None
        except OSError as problem:
            raise CallError("system", problem.strerror or str(problem)) from None
        self._opened.append((call.number, stream))
        os.write(self._wake, b".")
        return {}, b""

    def _started(self, call: RelayCall, home: str, version: str) -> socket.socket:
        for _ in range(int(PATIENCE / PAUSE)):
            stream = starting.started(home, version, self._program, sys.executable)
            if stream is not None:
                return stream
            call.wait(PAUSE)
        raise starting.silence("%s/%s" % (home, version))

    def _take_opened(self) -> None:
        """Take connections to agents that calls have opened."""
        os.read(self._woken, 1 << 10)
        while self._opened:
            number, stream = self._opened.pop(0)
            self._agents[number], self._numbers[stream.fileno()] = stream, number
            stream.setblocking(False)
            self.say({"from": number, "opened": True}, b"")
            self._poll.register(stream.fileno(), select.POLLIN)


def _write(file: int, data: "bytes | memoryview") -> int:
    """Write all of the data, and return its length."""
    sent = 0
    while sent < len(data):
        sent += os.write(file, data[sent:])
    return sent


def _widen(outgoing: int) -> None:
    """Have a pipe hold more than the usual 64 KiB, where that is possible: it costs fewer turns."""
    try:
        fcntl.fcntl(outgoing, SET_PIPE_SIZE, PIPE)
    except OSError:
        pass


def _versions(call: RelayCall) -> Answer:
    """Return the versions of agents that have left something in a folder."""
    found = starting.versions_in(str(call.header["folder"]), str(call.header["version"]))
    silent = str(starting.silence("%s/%s" % (call.header["folder"], call.header.get("of", ""))))
    return {"versions": found, "silence": silent}, b""


def main(arguments: List[str]) -> None:
    """Be the relay of a channel: of the standard streams."""
    os.umask(0o077)
    try:
        with open(sys.argv[0], "rb") as file:
            program = file.read()
        Relay(0, 1, program).run()
    except (OSError, FrameError) as problem:
        sys.stderr.write("%s\n" % problem)
        sys.stderr.flush()
    os._exit(0)  # calls that wait do not hold it; what they have locked is free with it


if __name__ == "__main__":
    main(sys.argv[1:])
