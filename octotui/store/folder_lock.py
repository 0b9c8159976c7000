"""The exclusive lock of a space's folder, and a check that the folder is still where it was.

The lock file holds the process id, an id of the space and the folder's path, by which a copy is told from its
original. A NUL ends it, as a path may contain newlines.
"""

import errno
import fcntl
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from octotui.store.errors import InUse, StoreError, unusable
from octotui.store.private_files import private

NAME = "lock"
FROM_NOW = ("", NAME)  # watched as soon as a folder is locked; "" is the folder itself
ONCE_OPEN = ("journal.sqlite", "journal.sqlite-wal")  # watched from the first check after that
LARGEST = 1 << 13  # bytes of a lock file
EXEC_TIME = 5.0  # seconds in which the child of a killed process calls exec, on a busy machine
POLL = 0.01  # seconds between two polls of that


class Displaced(StoreError):
    """The path of a space no longer leads to the folder that was opened."""


class LockNote(NamedTuple):
    """A lock file's content: the last holder's process id, the id of the space, and the folder's path."""

    process: str = ""
    space: str = ""
    path: str = ""


class FolderLock:
    """An exclusive lock of a folder, held by this process until it is released."""

    def __init__(self, folder: Path) -> None:
        """Acquire the lock; raises StoreError, InUse where another process holds it."""
        self._folder = folder
        self._real = os.path.realpath(folder)
        self._seen: dict[str, tuple[int, int]] = {}
        self._file = _acquire(folder)
        try:
            noted = _read(self._file)
            _refuse_copy(folder, noted)
            from secrets import token_hex  # noqa: PLC0415 - only who holds a space needs it

            note = LockNote(str(os.getpid()), noted.space or token_hex(8), self._real)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, os.fsencode("".join(f"{each}\n" for each in note) + "\0"), 0)
            self._find(FROM_NOW)
        except OSError as problem:
            os.close(self._file)
            raise unusable(folder / NAME, problem) from problem
        except StoreError:
            os.close(self._file)
            raise

    def check(self, *, above: bool = False) -> None:
        """Check that each watched file is still the same inode at its path; raises Displaced.

        It costs a few microseconds, and a little more where the links `above` the folder are checked too.
        """
        self._find(FROM_NOW + ONCE_OPEN)
        if above and os.path.realpath(self._folder) != self._real:
            raise _displaced(self._folder)

    def _find(self, names: tuple[str, ...]) -> None:
        for name in names:
            try:
                status = os.lstat(f"{self._folder}/{name}" if name else self._folder)
            except OSError as problem:
                if problem.errno == errno.ENOENT and name not in self._seen:
                    continue  # not created yet
                raise _displaced(self._folder / name) from problem
            found = (status.st_dev, status.st_ino)
            if self._seen.setdefault(name, found) != found:
                raise _displaced(self._folder / name)

    def release(self) -> None:
        """Release the lock."""
        os.close(self._file)


def held_elsewhere(folder: Path) -> bool:
    """Return whether a process holds a folder that it opened at another path."""
    noted = note_of(folder)
    return bool(noted.path) and not _same(Path(noted.path), folder) and is_held(folder)


def is_held(folder: Path) -> bool:
    """Return whether any process holds the lock of a folder."""
    try:
        lock = private(str(folder / NAME), os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def note_of(folder: Path) -> LockNote:
    """Return the content of a folder's lock file; an empty LockNote where it cannot be read."""
    try:
        lock = private(str(folder / NAME), os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return LockNote()
    try:
        return _read(lock)
    except OSError:
        return LockNote()
    finally:
        os.close(lock)


def _acquire(folder: Path) -> int:
    """Return the descriptor of the locked file, which is the one at the path now."""
    path = folder / NAME
    while True:
        try:
            lock = private(str(path), os.O_RDWR | os.O_CREAT)
        except OSError as problem:
            raise unusable(path, problem) from problem
        if not _locked(lock):
            holder = _read(lock).process or "unknown"
            os.close(lock)
            raise InUse(
                f"{folder} is in use by another octotui (process {holder}): "
                "end that one first, or choose another folder with --state"
            )
        with suppress(OSError):
            if os.path.samestat(os.lstat(path), os.fstat(lock)):
                return lock
        os.close(lock)  # removed before the lock was acquired


def _locked(lock: int) -> bool:
    """Lock an open file; return whether this succeeded.

    A process killed while it forks leaves a copy of the lock to its child until that calls exec; so a lock
    whose holder is dead is polled for EXEC_TIME seconds.
    """
    until = time.monotonic() + EXEC_TIME
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if _is_alive(_read(lock).process) or time.monotonic() > until:
                return False
            time.sleep(POLL)
        else:
            return True


def _is_alive(process: str) -> bool:
    """Return whether a process is alive; True for a number that cannot be a process id."""
    if not (process.isascii() and process.isdecimal()):
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another account's, or no process id
        return True
    with suppress(OSError):  # it has ended since, or there is no /proc
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2][:1]
        return state not in (b"Z", b"X")
    return sys.platform != "linux"


def _read(lock: int) -> LockNote:
    """Return the content of a lock file; an older octotui wrote only the first line, or no NUL."""
    process, space, rest = (*os.fsdecode(os.pread(lock, LARGEST, 0)).split("\n", 2), "", "")[:3]
    path, _, _ = rest.partition("\n\0" if "\n\0" in rest else "\n")
    return LockNote(process.strip()[:20], space, path)


def _refuse_copy(folder: Path, noted: LockNote) -> None:
    """Refuse a copy while its original exists, as both would start the space's runs; raises StoreError."""
    origin = Path(noted.path)
    if not noted.space or note_of(origin).space != noted.space or _same(origin, folder):
        return
    raise StoreError(
        f"{folder} is a copy of {origin}, which is still there, and both would start the runs of the space:"
        " move one of them away, or make a space of its own with octotui backup and octotui restore"
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _displaced(path: Path) -> Displaced:
    return Displaced(
        f"{path} was moved, removed or replaced while the space was open, so nothing more can be written: "
        "running jobs continue, and are followed again when its folder is opened next"
    )
