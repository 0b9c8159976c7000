"""Folders that attempts run in: found by a later process, and used again when they are free."""

import fcntl
import os
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.workers.executor import AttemptLocation
from octotui.workers.local import workspace_record
from octotui.workers.local.workspace_record import WorkspaceRecord

LARGE = 1 << 22  # bytes of a spool that are better thrown away elsewhere
LONG = 1 << 16  # bytes of a record that is not appended to any more
OURS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
FILES = ("script", "spool", "record")


class Workspace:
    """A folder for one attempt at a time: its script, the spool of its output, and the record.

    Nobody else may look. The files are used again too, since on a busy disk making and removing them costs
    more than starting the job; but only where nobody else has them open: what a job left running must neither
    print into the next job's output nor read the next job's script. The record is locked as long as anything
    of the attempt lives, by a file that all of it inherits.
    """

    def __init__(self, path: str) -> None:
        """Open the files of a folder that is there; raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self._files: list[int] = []
        self._length = 0  # of the script
        self._begins = self._secret = 0  # where in the record the attempt begins, and how long its resume is
        try:
            for name in FILES:
                self._files.append(os.open(f"{path}/{name}", OURS, 0o600))
        except OSError:
            self.close()
            raise

    @property
    def spool(self) -> int:
        """The file of its output, to be read."""
        return self._files[1]

    def fill(self, name: str, script: str, resume: str) -> None:
        """Put in what an attempt begins with, whose it is first; raises OSError.

        After a shorter script than the one before stand the newlines that `empty` left, which no shell minds.
        """
        line, body = workspace_record.resume_line(name, resume), script.encode(errors="surrogateescape")
        self._begins, self._secret = os.fstat(self._files[2]).st_size, len(line)
        _write(self._files[2], line, self._begins)
        self._length = len(body)
        _write(self._files[0], body)

    def begin_anew(self) -> None:
        """Drop what a crash has left before anything began: an older script may be longer; raises OSError."""
        for file in self._files[:2]:
            os.ftruncate(file, 0)

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

    def read(self) -> WorkspaceRecord:
        """How far the attempt has come."""
        return workspace_record.read(os.pread(self._files[2], os.fstat(self._files[2]).st_size, self._begins))

    def empty(self) -> bool:
        """Leave nothing of the attempt in it; False where that would take long, or can't be done."""
        if not self._secret:
            return False  # an earlier process has filled it, and knows with what
        try:
            written, kept = (os.fstat(file).st_size for file in self._files[1:])
            if written > LARGE or kept > LONG or not all(map(_alone, self._files)):
                return False
            _write(self._files[0], b"\n" * self._length)
            _write(self._files[2], b"\n" * self._secret, self._begins)
            if written:
                os.ftruncate(self.spool, 0)
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
    """The workspaces of this machine: free ones of each worker, and what earlier processes have left there.

    A folder is named by its space and a number; whose it is says its record, in a line that is there or not.
    So no crash takes one attempt for another.
    """

    def __init__(self, trust: FileTrust | None = None) -> None:
        self._trust = trust or FileTrust()
        self._free: dict[str, list[Workspace]] = {}
        self._left: dict[tuple[str, str], dict[str, str]] = {}

    def take(self, location: AttemptLocation) -> Workspace:
        """A workspace for an attempt that has not begun; raises OSError where none can be made.

        Raises Distrusted where strangers could put another script into it.
        """
        workspace = self._empty(location)
        try:
            self._trust.check(workspace.path)
        except Distrusted:
            workspace.remove()
            raise
        return workspace

    def _empty(self, location: AttemptLocation) -> Workspace:
        left = self.forget(location)
        free = self._free.setdefault(location.directory, [])
        if left is None and free:
            return free.pop()
        workspace = Workspace(left or _made(f"{location.directory}/work", location.space))
        if left is not None:
            workspace.begin_anew()
        return workspace

    def left(self, location: AttemptLocation) -> str | None:
        """The folder that an earlier process has made for an attempt."""
        return self._folders(location.directory, location.space).get(location.name)

    def forget(self, location: AttemptLocation) -> str | None:
        """The folder that was made for an attempt, which is here no longer."""
        return self._folders(location.directory, location.space).pop(location.name, None)

    def give_back(self, directory: str, workspace: Workspace) -> bool:
        """Take a workspace back to be used again; False where it can't be, and has to be removed."""
        if not workspace.empty():
            return False
        self._free.setdefault(directory, []).append(workspace)
        return True

    def others(self, directory: str, space: str, keep: frozenset[str]) -> list[str]:
        """The folders that earlier processes of a space have left, but those of attempts to keep."""
        folders = self._folders(directory, space)
        return [folders.pop(name) for name in tuple(folders) if name not in keep]

    def remove(self) -> None:
        """Take all free workspaces away."""
        for free in self._free.values():
            while free:
                free.pop().remove()

    def _folders(self, directory: str, space: str) -> dict[str, str]:
        """What was left for a space, by the names of attempts; looked for once, before anything is made."""
        if (directory, space) not in self._left:
            self._left[directory, space] = _look(f"{directory}/work", f"{space}-")
        return self._left[directory, space]


def _look(folder: str, prefix: str) -> dict[str, str]:
    try:
        names = [name for name in os.listdir(folder) if name.startswith(prefix)]  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {_name(f"{folder}/{name}") or name: f"{folder}/{name}" for name in names}


def _name(path: str) -> str:
    """The attempt that a folder is for, or nothing where that was not written down."""
    try:
        return workspace_record.read(Path(path, "record").read_bytes()).name
    except OSError:
        return ""


def _made(folder: str, space: str) -> str:
    """A new folder."""
    for number in count(1):
        path = f"{folder}/{space}-{number}"
        try:
            os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
        except FileExistsError:
            continue
        except FileNotFoundError:
            _make_folder(Path(folder))
            os.mkdir(path, 0o700)  # noqa: PTH102
        return path
    raise AssertionError


def _make_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, for its owner alone."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            with suppress(FileExistsError):  # somebody else has just made it
                each.mkdir(0o700)
