"""Agents of a space on this machine: their folders, sockets and processes.

Each version of the agent has a folder of its own, named by its hash, with its `program`, `socket`, `record`
and `lock`. Who starts an agent takes the lock and listens, and hands both over: so the lock is free exactly
when no agent of this version lives, two are never started, and whoever connects need not wait for it.
"""

import asyncio
import fcntl
import os
import socket
import sys
from contextlib import suppress

from octotui.workers import agent_program
from octotui.workers.agent.regular_files import open_regular
from octotui.workers.agent.unix_sockets import peer_account, short_path
from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.search_path import find

PATIENCE = 10.0  # seconds in which an agent that ends is waited for
PAUSE = 0.01
BACKLOG = 16
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}  # nothing of ours: what scripts get is sent with each

_NEW = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_children: set[int] = set()


class AgentStarter:
    """Finds and starts the agents in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @property
    def version(self) -> str:
        """The version that is started here."""
        return agent_program.version()

    def path(self, version: str) -> str:
        """Return the folder of a version."""
        return f"{self._folder}/{version}"

    def versions(self) -> list[str]:
        """Return the versions that have left something here, this one last."""
        try:
            names = os.listdir(self._folder)  # noqa: PTH208
        except OSError:
            return []
        kept = [name for name in names if self._holds_something(name)]
        return sorted(kept, key=lambda name: (name == self.version, name))

    def connect(self, version: str) -> socket.socket:
        """Return a connection to an agent. Raises OSError where none listens, or none of this account.

        Raises TimeoutError where too many wait already for it to accept them.
        """
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.setblocking(False)
        try:
            with short_path(f"{self.path(version)}/socket") as path:
                stream.connect(path)
            if peer_account(stream) != os.geteuid():
                raise PermissionError(1, "its agent runs as another account")
        except BlockingIOError:
            stream.close()
            raise self.silence(version) from None
        except OSError:
            stream.close()
            raise
        return stream

    def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        pid = b""
        with suppress(OSError):
            file = open_regular(f"{self.path(version)}/lock", os.O_RDONLY)
            try:
                pid = os.pread(file, 20, 0).strip()
            finally:
                os.close(file)
        return TimeoutError(f"the agent (pid {pid.decode('ascii', 'replace') or 'unknown'}) does not answer")

    async def start(self) -> socket.socket:
        """Connect to the agent of this version, started where none lives. Raises OSError."""
        _reap()
        with suppress(OSError):
            return self.connect(self.version)
        folder = self.path(self.version)
        for each in (self._folder, folder):
            _make_private(each)
        try:
            async with asyncio.timeout(PATIENCE):
                while (lock := _locked(f"{folder}/lock")) is None:  # it is about to end
                    await asyncio.sleep(PAUSE)
                    with suppress(OSError):
                        return self.connect(self.version)
        except TimeoutError:
            raise self.silence(self.version) from None
        try:
            os.ftruncate(lock, 0)
            _write_program(f"{folder}/program")
            with _listening(f"{folder}/socket") as listener:
                _spawn(folder, listener.fileno(), lock)
                return self.connect(self.version)
        finally:
            os.close(lock)

    def _holds_something(self, version: str) -> bool:
        """Return whether an agent lives, or has left a record of jobs."""
        folder = self.path(version)
        with suppress(OSError):
            if os.lstat(f"{folder}/record").st_size:
                return True
        try:
            lock = _locked(f"{folder}/lock")
        except OSError:
            return False
        if lock is not None:
            os.close(lock)
        return lock is None


class LocalAgentWay:
    """The way to agents in a folder of this machine."""

    is_fenced = False  # an earlier session of this machine is over before it is followed

    def __init__(self, folder: str) -> None:
        self._starter = AgentStarter(folder)
        self.version = self._starter.version

    async def versions(self) -> list[str]:
        """Return the versions that have left something here, this one last."""
        return self._starter.versions()

    async def connect(self, version: str, connection: AgentConnection) -> None:
        """Open a connection to an agent. Raises OSError."""
        await connection.open(self._starter.connect(version))

    async def start(self, connection: AgentConnection) -> None:
        """Open a connection to the agent of this version. Raises OSError."""
        await connection.open(await self._starter.start())

    async def silence(self, version: str) -> TimeoutError:
        """Return the error that says which agent does not answer."""
        return self._starter.silence(version)


def _make_private(folder: str) -> None:
    with suppress(FileExistsError):
        os.mkdir(folder, 0o700)  # noqa: PTH102


def _locked(path: str) -> int | None:
    """Take a lock and return its descriptor, or None where it is held. Raises OSError."""
    lock = os.open(path, os.O_RDWR | _NEW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _write_program(path: str) -> None:
    """Write the program where it is not there yet, or is damaged. Raises OSError."""
    text = agent_program.archive()
    if _holds(path, text):
        return
    new = f"{path}.new"
    file = os.open(new, os.O_WRONLY | os.O_TRUNC | _NEW, 0o600)
    try:
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)  # after a crash of the machine it would have its name, and be empty
    finally:
        os.close(file)
    os.replace(new, path)  # noqa: PTH105


def _holds(path: str, text: bytes) -> bool:
    """Return whether a file has exactly this content."""
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.pread(file, len(text) + 1, 0) == text
    except OSError:
        return False
    finally:
        os.close(file)


def _listening(path: str) -> socket.socket:
    """Return a listening socket, private to this account. Raises OSError."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108
        before = os.umask(0o177)
        try:
            with short_path(path) as short:
                listener.bind(short)
        finally:
            os.umask(before)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _spawn(folder: str, listener: int, lock: int) -> None:
    """Start the agent in a session of its own. Raises OSError."""
    python = sys.executable or find("python3") or "python3"
    problems = os.open(f"{folder}/problems", os.O_WRONLY | os.O_APPEND | _NEW, 0o600)
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    given = (null, null, problems, listener, lock)
    try:
        moved = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in given]  # none is in another's place
        try:
            actions = [(os.POSIX_SPAWN_DUP2, each, number) for number, each in enumerate(moved)]
            command = (python, "-I", "-S", f"{folder}/program", folder)
            pid = os.posix_spawn(
                python, command, ENVIRONMENT, file_actions=actions, setsid=True, setsigmask=()
            )
        finally:
            for each in moved:
                os.close(each)
    finally:
        os.close(problems)
        os.close(null)
    _children.add(pid)


def _reap() -> None:
    """Reap agents that have ended."""
    for pid in tuple(_children):
        with suppress(ChildProcessError):
            if not os.waitpid(pid, os.WNOHANG)[0]:
                continue
        _children.discard(pid)
