"""The lock of a space's folder, which one process has, and whether the folder is still where it was.

In its file stand the number of the process, a name that the space has whatever its path, and that path: by
them a copy is known beside what it was made of. A NUL stands behind them, as a path may have several lines.
"""

import errno
import fcntl
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from octotui.store.errors import InUse, StoreError, unusable
from octotui.store.private_files import private

NAME = "lock"
FROM_NOW = ("", NAME)  # what is looked for as soon as a folder is taken; "" is the folder itself
ONCE_OPEN = ("journal.sqlite", "journal.sqlite-wal")  # and what, from the first look after that
LARGEST = 1 << 13  # bytes of a note
DYING = 5.0  # seconds until the last child of a killed process has become another program, on a busy machine
LOOK = 0.01  # seconds between two looks at whether that is so


class Displaced(StoreError):
    """The path of a space leads no longer to the folder that was opened by it."""


class LockNote(NamedTuple):
    """Who had a folder last, what its space is called among all, and where the folder was then."""

    process: str = ""
    space: str = ""
    path: str = ""


class FolderLock:
    """A folder that this process has for itself, until it is released."""

    def __init__(self, folder: Path) -> None:
        """Take it; raises StoreError, InUse where another process has it."""
        self._folder = folder
        self._real = os.path.realpath(folder)
        self._seen: dict[str, tuple[int, int]] = {}
        self._file = _taken(folder)
        try:
            noted = _read(self._file)
            _refuse_copy(folder, noted)
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
        """Find each file that counts where it was, and the same; raises Displaced.

        It costs a few microseconds, and some more where the links `above` the folder are looked at.
        """
        self._find(FROM_NOW + ONCE_OPEN)
        if above and os.path.realpath(self._folder) != self._real:
            raise _displaced(self._folder)

    def _find(self, names: tuple[str, ...]) -> None:
        for name in names:
            path = self._folder / name
            try:
                status = os.lstat(path)
            except OSError as problem:
                if problem.errno == errno.ENOENT and name not in self._seen:
                    continue  # it is made later
                raise _displaced(path) from problem
            found = (status.st_dev, status.st_ino)
            if self._seen.setdefault(name, found) != found:
                raise _displaced(path)

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._file)


def held_elsewhere(folder: Path) -> bool:
    """Whether a process still has a folder that was at another path when it was opened."""
    noted = note_of(folder)
    return bool(noted.path) and not _same(Path(noted.path), folder) and is_held(folder)


def is_held(folder: Path) -> bool:
    """Whether any process has a folder for itself."""
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
    """What stands in the lock of a folder; nothing where none can be read."""
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


def _taken(folder: Path) -> int:
    """The descriptor of the lock, which is the one that the folder has by now."""
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
        os.close(lock)  # it was removed before it was ours


def _locked(lock: int) -> bool:
    """Lock an open file, and say whether we have it.

    A process that is killed while it starts another leaves that one a copy of the lock until it is executed;
    so a lock whose holder is dead is waited for.
    """
    until = time.monotonic() + DYING
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if _lives(_read(lock).process) or time.monotonic() > until:
                return False
            time.sleep(LOOK)
        else:
            return True


def _lives(process: str) -> bool:
    """Whether a process is there and not dead; of a number that cannot be one nobody knows."""
    if not (process.isascii() and process.isdecimal()):
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # it is somebody else's, or none
        return True
    with suppress(OSError):  # it has gone meanwhile, or this system has no such files
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2][:1]
        return state not in (b"Z", b"X")
    return sys.platform != "linux"


def _read(lock: int) -> LockNote:
    """The note in a lock's file, of which an older octotui has written the first line alone, or no NUL."""
    process, space, rest = (*os.fsdecode(os.pread(lock, LARGEST, 0)).split("\n", 2), "", "")[:3]
    path, _, _ = rest.partition("\n\0" if "\n\0" in rest else "\n")
    return LockNote(process.strip()[:20], space, path)


def _refuse_copy(folder: Path, noted: LockNote) -> None:
    """Refuse a copy beside what it was made of: both would do what the space has to do; raises StoreError."""
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
