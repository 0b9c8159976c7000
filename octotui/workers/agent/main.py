"""The agent's loop: it waits for connections, frames, the end of scripts, and the time to read their output.

It is given a listening socket and a locked file as descriptors 3 and 4, and its folder as its argument.
"""

from __future__ import annotations

import fcntl
import math
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Dict, List, Optional, Tuple

from octotui.workers.agent.frame_stream import FrameStream
from octotui.workers.agent.frames import FrameError, Header
from octotui.workers.agent.jobs import Jobs
from octotui.workers.agent.launch import Launcher
from octotui.workers.agent.record import AgentRecord, read_record
from octotui.workers.agent.tree_removal import remove_tree
from octotui.workers.agent.unix_sockets import listen, peer_account

LISTENER, LOCK = 3, 4  # the descriptors that are given
RECORD, SOCKET = "record", "socket"
LINGER = 5.0  # seconds for which an agent with nothing to do waits for a connection
NAMED = 1.0  # seconds between looks whether its socket has its name, where nobody is connected
MANY = 256  # descriptors that may be open where they cannot be listed
PAUSE = 0.5  # seconds between looks whether removals are over
STRANGE = (KeyError, TypeError, ValueError, AttributeError, FrameError)


class Agent:
    """One agent: its jobs, and the connection that has it."""

    def __init__(self, listener: socket.socket, home: str) -> None:
        os.chdir(home)
        self._connection: Optional[FrameStream] = None
        self._poll = select.poll()
        self._woken, wake = os.pipe()
        for file in (self._woken, wake):
            os.set_blocking(file, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._poll.register(self._woken, select.POLLIN)
        self._listen(listener)
        self._forgotten = 0
        self._latest = 0.0
        self._linger = LINGER
        self._since = time.monotonic()
        left = read_record(RECORD)
        record = AgentRecord(RECORD, left)
        folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        alias = f"/proc/self/fd/{folder}"  # also where the folder is moved
        self._jobs = Jobs(
            alias if os.path.isdir(alias) else os.getcwd(),
            record,
            Launcher(folder),
            self._say,
        )
        self._jobs.has_room = lambda: self._connection is not None and self._connection.has_room
        self._jobs.adopt(dict(left))
        self._take_up()

    def run(self) -> None:
        """Serve until there is nothing left to do."""
        while True:
            wait = self._wait(time.monotonic())
            if wait is not None and wait <= 0 and self._is_over():
                return
            for file, event in self._events(wait):
                if file == self._woken:
                    self._reap()
                elif file == self._listener.fileno():
                    self._accept()
                elif self._connection is not None and file == self._connection.fileno():
                    self._serve(event)
            self._jobs.tick(time.monotonic())
            self._flush()
            self._keep_name()

    def _events(self, wait: Optional[float]) -> List[Tuple[int, int]]:
        """Return the next events, or none after so many seconds."""
        if self._connection is None:
            wait = NAMED if wait is None else min(NAMED, wait)
        return self._poll.poll(None if wait is None else max(0, math.ceil(wait * 1000)))

    def _listen(self, listener: socket.socket) -> None:
        """Wait for connections on a listening socket."""
        listener.setblocking(False)
        self._listener, self._name = listener, _identity(SOCKET)
        self._poll.register(listener.fileno(), select.POLLIN)

    def _keep_name(self) -> None:
        """Listen by its name again where somebody has removed it; later, where that is impossible now."""
        if self._connection is not None or _identity(SOCKET) == self._name:
            return
        try:
            listener = listen(SOCKET)
        except OSError:
            return
        self._poll.unregister(self._listener.fileno())
        self._listener.close()
        self._listen(listener)

    def _take_up(self) -> None:
        """Take up what agents of other versions have left that are gone; what cannot be recorded stays."""
        for folder, lock in _abandoned().items():
            try:
                self._jobs.take_up(read_record(f"{folder}/{RECORD}"))
                remove_tree(folder)
            except OSError:
                _print_exception()
            finally:
                os.close(lock)

    def _wait(self, now: float) -> Optional[float]:
        """Return the seconds until something is to be done without an event; None for no such thing."""
        if not self._is_needed():
            return self._since + self._linger - now
        self._since = now
        due = self._jobs.wait(now)
        return PAUSE if due is None and self._jobs.is_removing else due

    def _is_needed(self) -> bool:
        """Return whether something runs or is to be told; what has ended is in the record for later."""
        if self._connection is None:
            return self._jobs.is_busy
        return bool(self._jobs) or self._jobs.takes_new

    def _is_over(self) -> bool:
        """Return whether to end: not while anybody has just connected."""
        return not self._is_needed() and not self._accept()

    def _accept(self) -> bool:
        """Give the agent to a new connection, of the same account only."""
        try:
            stream, _ = self._listener.accept()
        except OSError:
            return False
        if peer_account(stream) != os.geteuid():
            stream.close()
            return False
        if self._connection is not None:
            self._connection.say({"say": "superseded"}, b"")
            self._flush()
        self._hang_up()
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._connection = FrameStream(stream)
        self._poll.register(self._connection.fileno(), select.POLLIN)
        self._linger, self._forgotten, self._jobs.takes_new = LINGER, 0, True
        return True

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._poll.unregister(self._connection.fileno())
            self._connection.close()
            self._connection = None
            self._jobs.unfollow()

    def _serve(self, event: int) -> None:
        """Do what the frames of a connection ask for; hang up on strange ones."""
        assert self._connection is not None
        if not event & ~select.POLLOUT:
            return
        try:
            frames = self._connection.receive()
            for header, payload in frames or ():
                self._do(header, payload, time.monotonic())
        except OSError:
            frames = None
        except STRANGE:
            _print_exception()
            frames = None
        if frames is None:
            self._hang_up()

    def _do(self, header: Header, payload: bytes, now: float) -> None:
        """Do what one frame asks for. Raises KeyError, TypeError or ValueError for a strange one."""
        name = str(header.get("job", ""))
        word = header["do"]
        if word == "start":
            self._jobs.start(header, payload, now)
        elif word == "look":
            self._jobs.look(name, str(header["directory"]))
        elif word == "follow":
            self._jobs.follow(name, [int(each) for each in header["from"]], now)
        elif word == "stop":
            self._jobs.stop(name, float(header["grace"]), now)
        elif word == "hello":
            self._order(float(header["since"]))
        else:
            self._tidy(word, name, header)

    def _order(self, since: float) -> None:
        """Hang up on a connection by an earlier relay than the latest: what it asks for is out of date."""
        if since < self._latest:
            self._say({"say": "superseded", "stale": True}, b"")
            self._flush()
            raise ConnectionAbortedError
        self._latest = since

    def _tidy(self, word: str, name: str, header: Header) -> None:
        """Forget what a frame names, take up what others left, give a sign of life, or get ready to end."""
        if word == "forget":
            self._forgotten += 1
            self._jobs.forget(name)
        elif word == "keep":
            space = str(header.get("space", ""))
            self._jobs.keep(frozenset(map(str, header["jobs"])), space, time.monotonic())
        elif word == "adopt":
            self._take_up()
        elif word == "ping":
            self._say({"say": "pong"}, b"")
        elif word == "retire":
            self._jobs.takes_new, self._linger = False, 0.0
        elif word == "bye":
            self._linger = 0.0
            self._say({"say": "bye"}, b"")
        else:
            raise FrameError(f"{word} is no word of this version")

    def _say(self, header: Dict[str, object], payload: bytes) -> None:
        if self._connection is not None:
            if header["say"] == "ended":
                header["forgotten"] = self._forgotten
            self._connection.say(header, payload)

    def _reap(self) -> None:
        try:
            os.read(self._woken, 1 << 12)
        except BlockingIOError:
            pass
        self._jobs.reap()

    def _flush(self) -> None:
        """Record what has happened, send what is to be said, and read more output for what was taken."""
        self._jobs.save()
        if self._connection is None:
            return
        try:
            self._connection.flush()
            while not self._connection.is_pending and self._jobs.pump():
                self._connection.flush()
        except OSError:
            self._hang_up()
            return
        pending = select.POLLOUT if self._connection.is_pending else 0
        self._poll.modify(self._connection.fileno(), select.POLLIN | pending)


def _print_exception() -> None:
    import traceback  # noqa: PLC0415 - it takes a tenth of the start

    traceback.print_exc()


def _identity(path: str) -> Tuple[int, int]:
    """Return the device and inode that have a name, or zeros for none."""
    try:
        found = os.lstat(path)
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _abandoned() -> Dict[str, int]:
    """Return the folders of agents of other versions that are gone, and their locks, which are held now."""
    found: Dict[str, int] = {}
    own = os.path.basename(os.getcwd())
    for each in sorted(os.listdir("..")):
        folder = f"../{each}"
        if each == own or not os.path.isdir(folder) or os.path.islink(folder):
            continue
        try:
            lock = os.open(f"{folder}/lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found[folder] = lock
        except OSError:  # it lives
            os.close(lock)
    return found


def _close_others() -> None:
    """Close what the starter has left open by mistake: who waits for the end of a pipe would wait for us."""
    folder = next((each for each in ("/proc/self/fd", "/dev/fd") if os.path.isdir(each)), None)
    for file in range(MANY) if folder is None else map(int, os.listdir(folder)):
        if file > LOCK:
            with suppress(OSError):  # that of the listing is closed already
                os.close(file)


def main(arguments: List[str]) -> None:
    """Be the agent of a folder."""
    for file in (LISTENER, LOCK):
        os.set_inheritable(file, False)
    _close_others()
    os.ftruncate(LOCK, 0)
    os.write(LOCK, b"%d\n" % os.getpid())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Agent(socket.socket(fileno=LISTENER), arguments[0]).run()


if __name__ == "__main__":
    main(sys.argv[1:])
