"""Agents of a space: their folders, sockets and processes.

Each version of the agent has a folder of its own, named by its hash, with its `program`, `socket`, `record`
and `lock`. Who starts an agent takes the lock and listens, and hands both over: so the lock is free exactly
when no agent of this version lives, two are never started, and whoever connects need not wait for it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from typing import Dict, List, Optional, Tuple

from octotui.workers.agent.regular_files import open_regular
from octotui.workers.agent.unix_sockets import listen, peer_account, short_path

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}  # nothing of ours: what scripts get is sent with each

_NEW = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_children: "Dict[int, Tuple[str, float]]" = {}  # agents that were started: folder, and when
_failures: "Dict[str, Tuple[int, float]]" = {}  # of each folder: how many ended at once, and when the last

EARLY = 5.0  # seconds; an agent that ends by itself sooner, with an error, could not begin
TRIES = 5  # such agents in a row, after which the next one is started later
LATER = 60.0  # seconds


def connected(folder: str) -> socket.socket:
    """Return a connection to the agent of a folder. Raises OSError where none of this account listens.

    Raises TimeoutError where it lives and does not listen, or where too many wait already for it.
    """
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.setblocking(False)
    try:
        with short_path(f"{folder}/socket") as path:
            stream.connect(path)
        if peer_account(stream) != os.geteuid():
            raise PermissionError(1, "its agent runs as another account")
    except BlockingIOError:
        stream.close()
        raise silence(folder) from None
    except (FileNotFoundError, ConnectionRefusedError):
        stream.close()
        if _lives(folder):
            raise silence(folder) from None
        raise
    except OSError:
        stream.close()
        raise
    return stream


def silence(folder: str) -> TimeoutError:
    """Return the error that says which agent does not answer."""
    pid = b""
    try:
        file = open_regular(f"{folder}/lock", os.O_RDONLY)
        try:
            pid = os.pread(file, 20, 0).strip()
        finally:
            os.close(file)
    except OSError:
        pass
    return TimeoutError(f"the agent (pid {pid.decode('ascii', 'replace') or 'unknown'}) does not answer")


def versions_in(home: str, own: str) -> List[str]:
    """Return the versions that have left something in a folder, this one last."""
    try:
        names = os.listdir(home)
    except OSError:
        return []
    kept = [name for name in names if _holds_something(f"{home}/{name}")]
    return sorted(kept, key=lambda name: (name == own, name))


def started(home: str, version: str, program: bytes, python: str) -> Optional[socket.socket]:
    """Return a connection to the agent of this version, started where none lives.

    Return None where one is about to end, or listens anew: then ask again. Raises OSError.
    """
    _reap()
    folder = f"{home}/{version}"
    try:
        return connected(folder)
    except OSError:
        pass
    for each in (home, folder):
        _make_private(each)
    lock = locked(f"{folder}/lock")
    if lock is None:
        return None
    try:
        _check_begins(folder)
        os.ftruncate(lock, 0)
        write_program(f"{folder}/program", program)
        with listen(f"{folder}/socket") as listener:
            _spawn(folder, listener.fileno(), lock, python)
            return connected(folder)
    finally:
        os.close(lock)


def locked(path: str) -> Optional[int]:
    """Take a lock and return its descriptor, or None where it is held. Raises OSError."""
    lock = os.open(path, os.O_RDWR | _NEW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def write_program(path: str, text: bytes) -> None:
    """Write a file that is run where it is not there yet, or is damaged. Raises OSError."""
    if _holds(path, text):
        return
    new = f"{path}.{os.urandom(4).hex()}.new"
    file = os.open(new, os.O_WRONLY | os.O_EXCL | _NEW, 0o600)
    try:
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)  # after a crash of the machine it would have its name, and be empty
        os.replace(new, path)
    except OSError:
        os.unlink(new)
        raise
    finally:
        os.close(file)


def _holds_something(folder: str) -> bool:
    """Return whether an agent lives, or has left a record of jobs."""
    try:
        if os.lstat(f"{folder}/record").st_size:
            return True
    except OSError:
        pass
    return _lives(folder)


def _lives(folder: str) -> bool:
    """Return whether the agent of a folder holds its lock."""
    try:
        lock = locked(f"{folder}/lock")
    except OSError:
        return False
    if lock is not None:
        os.close(lock)
    return lock is None


def _make_private(folder: str) -> None:
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass


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


def _spawn(folder: str, listener: int, lock: int, python: str) -> None:
    """Start the agent in a session of its own. Raises OSError."""
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
    _children[pid] = folder, time.monotonic()


def _reap() -> None:
    """Reap agents that have ended, and count those that could not begin."""
    now = time.monotonic()
    for pid, (folder, since) in tuple(_children.items()):
        status = 0
        try:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
        except ChildProcessError:
            pass
        del _children[pid]
        if now - since < EARLY and os.WIFEXITED(status) and os.WEXITSTATUS(status):
            _failures[folder] = _failures.get(folder, (0, 0.0))[0] + 1, now
        else:
            _failures.pop(folder, None)


def _check_begins(folder: str) -> None:
    """Check that agents of a folder begin. Raises OSError with what the last one has said."""
    count, last = _failures.get(folder, (0, 0.0))
    if count < TRIES or time.monotonic() - last >= LATER:
        return
    raise OSError(errno.ECHILD, "its agent ends as soon as it is started: %s" % _last_problem(folder))


def _last_problem(folder: str) -> str:
    """Return the last line that agents of a folder have said."""
    try:
        file = open_regular("%s/problems" % folder, os.O_RDONLY)
        try:
            said = os.pread(file, 1 << 12, max(0, os.fstat(file).st_size - (1 << 12)))
        finally:
            os.close(file)
    except OSError:
        said = b""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it has not said why"
