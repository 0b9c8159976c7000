"""Folders that attempts run in: named so that a later process finds them, and used again when free."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from octotui.workers import record
from octotui.workers.contract import Place
from octotui.workers.record import Record

LARGE = 1 << 22  # bytes of a spool that are better thrown away elsewhere
OURS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
FILES = ("script", "spool", "record")


def path_of(place: Place) -> str:
    """The folder of a place."""
    return f"{place.directory}/work/{place.name}"


class Workspace:
    """A folder for one attempt at a time: its script, the spool of its output, and the record.

    Nobody else may look. The files are used again too, since on a busy disk making and removing them costs
    more than starting the job; but only where nobody else has them open: what a job left running must neither
    print into the next job's output nor read the next job's script. The record is locked as long as anything
    of the attempt lives, by a file that all of it inherits.
    """

    def __init__(self, path: str) -> None:
        """Open the folder, or make it; raises OSError."""
        self.path = path
        self._files: list[int] = []
        self._length = 0
        _make(path)
        try:
            for name in FILES:
                self._files.append(os.open(f"{path}/{name}", OURS, 0o600))
        except OSError:
            self.close()
            raise

    @property
    def script(self) -> str:
        """Where the script is."""
        return f"{self.path}/script"

    @property
    def spool(self) -> int:
        """The file of its output, to be read."""
        return self._files[1]

    def rename(self, path: str) -> None:
        """Be the folder of another attempt; raises OSError, also where that has one."""
        os.rename(self.path, path)  # noqa: PTH104 - a Path costs more than the call
        self.path = path

    def fill(self, script: str, memo: str) -> None:
        """Put in what an attempt begins with, the memo first; raises OSError.

        After a shorter script than the one before stand the newlines that `empty` left, which no shell minds.
        """
        note, body = record.memo_line(memo), script.encode(errors="surrogateescape")
        _write(self._files[2], note, os.fstat(self._files[2]).st_size)
        self._length = len(body)
        _write(self._files[0], body)

    def opened(self) -> tuple[int, int, int]:
        """What a supervisor is given: the lock, the spool and the record; raises OSError."""
        lock = os.open(f"{self.path}/record", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            spool = os.open(f"{self.path}/spool", APPEND)
        except OSError:
            os.close(lock)
            raise
        return lock, spool, os.open(f"{self.path}/record", APPEND)

    def locked(self) -> bool:
        """Whether anything of the attempt lives."""
        return _locked(f"{self.path}/record")

    def read(self) -> Record:
        """How far the attempt has come."""
        return record.read(os.pread(self._files[2], os.fstat(self._files[2]).st_size, 0))

    def empty(self) -> bool:
        """Leave nothing of the attempt in it; False where that would take long, or can't be done."""
        try:
            if os.fstat(self.spool).st_size > LARGE:
                return False
            if not all(map(_alone, self._files)):
                return False
            _write(self._files[0], b"\n" * self._length)
            if os.fstat(self.spool).st_size:
                os.ftruncate(self.spool, 0)
            os.ftruncate(self._files[2], 0)
            return len(os.listdir(self.path)) == len(FILES)  # noqa: PTH208
        except OSError:
            return False

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        self.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def close(self) -> None:
        """Let go of its files."""
        while self._files:
            os.close(self._files.pop())


def _make(path: str) -> None:
    try:
        os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
    except FileExistsError:
        pass  # of an attempt that was not begun before a crash
    except FileNotFoundError:
        Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)
        os.mkdir(path, 0o700)  # noqa: PTH102


def _write(file: int, body: bytes, at: int = 0) -> None:
    written = 0
    while written < len(body):
        written += os.pwrite(file, body[written:], at + written)


def _locked(path: str) -> bool:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _alone(file: int) -> bool:
    """Whether nobody else has a file open: only then does Linux grant a write lease on it."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return False
    return True


class Workspaces:
    """The workspaces of this machine: those of attempts by their place, and the free ones of each worker.

    A free one keeps the name of the attempt that it had, which is over; it gets the next one's when it is
    empty, and before anything of that is in it. So no crash takes one attempt for another.
    """

    def __init__(self) -> None:
        self._free: dict[str, list[Workspace]] = {}

    def take(self, place: Place) -> Workspace:
        """A workspace for an attempt that has not begun; raises OSError where none can be made."""
        path, free = path_of(place), self._free.setdefault(place.directory, [])
        while free:
            workspace = free.pop()
            try:
                workspace.rename(path)
            except OSError:  # there is one already, that a crash left before it began; or this one is gone
                workspace.remove()
            else:
                return workspace
        return Workspace(path)

    def find(self, place: Place) -> Workspace | None:
        """The workspace that an earlier process has made for an attempt; raises OSError."""
        path = path_of(place)
        return Workspace(path) if os.path.isdir(path) else None  # noqa: PTH112

    def give_back(self, directory: str, workspace: Workspace) -> bool:
        """Take a workspace back to be used again; False where it can't be, and has to be removed."""
        if not workspace.empty():
            return False
        self._free.setdefault(directory, []).append(workspace)
        return True

    def remove(self) -> None:
        """Take all free workspaces away."""
        for free in self._free.values():
            while free:
                free.pop().remove()


def tidy(directory: str, prefix: str, keep: frozenset[str]) -> None:
    """Take away the folders of a worker whose names begin so, but those to keep."""
    with suppress(FileNotFoundError):
        for name in os.listdir(f"{directory}/work"):  # noqa: PTH208
            if name.startswith(prefix) and name not in keep:
                shutil.rmtree(f"{directory}/work/{name}", ignore_errors=True)
