"""Folders that attempts run in, one for each: found by a later process, and removed when it is over."""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path
from secrets import token_hex

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.workers.executor import AttemptLocation
from octotui.workers.local import workspace_record
from octotui.workers.local.regular_files import IrregularFile, open_regular
from octotui.workers.local.started_attempts import StartedAttempts
from octotui.workers.local.tree_removal import remove_files, remove_tree
from octotui.workers.local.workspace_record import WorkspaceRecord

MANY = 100  # names that are tried in turn; a job that has made them all holds nobody up
OURS = os.O_RDWR | os.O_CREAT
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
APPEND = os.O_WRONLY | os.O_APPEND
VALUES = "values"
OPENED = ("spool", "record")
FILES = ("script", VALUES, *OPENED)


class Workspace:
    """A folder for one attempt: its script, its values, the spool of its output, and the record.

    Nobody else may look, and no other attempt ever has it: a script reads itself while it runs, and finds
    nothing there that another has left. The record is locked as long as anything of the attempt lives, by a
    file that all of it inherits.

    A job may put anything in their place. Ours stay open, and what has their names is believed only where it
    is the same.
    """

    def __init__(self, path: str) -> None:
        """Open the files of a folder that is there; raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self.values = f"{path}/{VALUES}"
        self._files: list[int] = []
        self._seen: tuple[int, int] | None = None  # how large and how old the record was that was read
        self._record = WorkspaceRecord()
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise IrregularFile(f"{path} is no folder")
        try:
            for name in OPENED:
                self._files.append(open_regular(f"{path}/{name}", OURS))
        except OSError:
            self.close()
            raise

    @property
    def spool(self) -> int:
        """The file of its output, to be read."""
        return self._files[0]

    @property
    def lock(self) -> int:
        """The file that is locked as long as anything of the attempt lives: its record."""
        return self._files[1]

    @property
    def printed(self) -> bool:
        """Whether anything has come out of it."""
        return os.fstat(self.spool).st_size > 0

    def fill(self, name: str, script: str, resume: str, values: bytes = b"") -> None:
        """Put in what an attempt begins with, whose it is first; raises OSError, or ValueError."""
        line = workspace_record.resume_line(name, resume)
        if len(line) > workspace_record.LARGEST // 2:
            raise ValueError("its sensitive values are too large to be noted")
        _write(self.lock, line)
        _make(self.script, script.encode(errors="surrogateescape"))
        _make(self.values, values)

    def opened(self) -> tuple[int, int, int]:
        """What a supervisor is given: the lock, the spool and the record; raises OSError."""
        given: list[int] = []
        try:
            given.append(open_regular(f"{self.path}/record", os.O_RDONLY, self.lock))
            fcntl.flock(given[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
            given.append(open_regular(f"{self.path}/spool", APPEND, self.spool))
            given.append(open_regular(f"{self.path}/record", APPEND, self.lock))
        except OSError:
            for file in given:
                os.close(file)
            raise
        lock, spool, record = given
        return lock, spool, record

    def locked(self) -> bool:
        """Whether anything of the attempt lives."""
        try:
            fcntl.flock(self.lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        return False

    def read(self) -> WorkspaceRecord:
        """How far the attempt has come."""
        found = os.fstat(self.lock)
        now = (found.st_size, found.st_mtime_ns)
        if now != self._seen:
            self._record, self._seen = _read(self.lock, found.st_size), now
        return self._record

    def drop_values(self) -> None:
        """Remove the values, which nothing of the attempt needs any more."""
        remove_files(self.path, (VALUES,))

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        self.close()
        if not remove_files(self.path, FILES, whole=True):
            remove_tree(self.path)

    def close(self) -> None:
        """Let go of its files."""
        while self._files:
            os.close(self._files.pop())


def _make(path: str, body: bytes) -> None:
    """Write a new file for us alone; raises OSError."""
    file = os.open(path, NEW | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _write(file, body)
    finally:
        os.close(file)


def _write(file: int, body: bytes) -> None:
    written = 0
    while written < len(body):
        written += os.write(file, body[written:] if written else body)


def _read(file: int, size: int) -> WorkspaceRecord:
    """What a record says; of one that is larger than any, nothing is known."""
    if size > workspace_record.LARGEST:
        return WorkspaceRecord(damaged=True)
    try:
        return workspace_record.read(os.pread(file, size, 0))
    except OSError:
        return WorkspaceRecord(damaged=True)


class Workspaces:
    """The workspaces of this machine, and what earlier processes have left there.

    A folder is named by its space and a number; whose it is says the note of its start, and before that its
    record, in a line that is there or not. So no crash takes one attempt for another.
    """

    def __init__(self, trust: FileTrust | None = None) -> None:
        self._trust = trust or FileTrust()
        self._left: dict[tuple[str, str], dict[str, str]] = {}
        self._started: dict[tuple[str, str], StartedAttempts] = {}
        self._numbers: dict[tuple[str, str], Iterator[int]] = {}

    def take(self, location: AttemptLocation) -> Workspace:
        """A new workspace for an attempt that has not begun; raises OSError where none can be made.

        What a crash has left of it before it began goes. Raises Distrusted where strangers could put another
        script into it.
        """
        left = self.forget(location)
        if left is not None:
            remove_tree(left)
        path = self._made(location.directory, location.space)
        try:
            self._trust.check(path)
            return Workspace(path)
        except (Distrusted, OSError):
            remove_tree(path)
            raise

    def note(self, location: AttemptLocation, workspace: Workspace) -> None:
        """Note that an attempt is about to be started in a workspace; raises OSError."""
        folder = workspace.path.rpartition("/")[2]
        self._notes(location.directory, location.space).note(folder, location.name)

    def left(self, location: AttemptLocation) -> str | None:
        """The folder that an earlier process has made for an attempt, which may be gone.

        Raises OSError where nobody can look for it.
        """
        return self._folders(location.directory, location.space).get(location.name)

    def forget(self, location: AttemptLocation) -> str | None:
        """The folder that was made for an attempt, which is here no longer; raises OSError."""
        self._notes(location.directory, location.space).forget(location.name)
        return self._folders(location.directory, location.space).pop(location.name, None)

    def others(self, directory: str, space: str, keep: frozenset[str]) -> list[str]:
        """The folders that earlier processes of a space have left, but those of attempts to keep."""
        others: list[str] = []
        with suppress(OSError):
            folders = self._folders(directory, space)
            others += [folders.pop(name) for name in tuple(folders) if name not in keep]
            self._notes(directory, space).keep(keep)
        return others

    def close(self) -> None:
        """Let go of the notes."""
        for started in self._started.values():
            started.end()

    def _notes(self, directory: str, space: str) -> StartedAttempts:
        self._folders(directory, space)
        return self._started[directory, space]

    def _folders(self, directory: str, space: str) -> dict[str, str]:
        """What was left for a space, by the names of attempts; looked for once, before anything is made."""
        if (directory, space) not in self._left:
            started = StartedAttempts(f"{directory}/work/{space}.started")
            left = _look(f"{directory}/work", f"{space}-", started.read())
            self._started[directory, space], self._left[directory, space] = started, left
            self._numbers[directory, space] = count(1 + max(map(_number, left.values()), default=0))
        return self._left[directory, space]

    def _made(self, directory: str, space: str) -> str:
        """A new folder, of a name that none had that may still be about to be removed."""
        folder = f"{directory}/work"
        numbers = map(str, islice(self._numbers[directory, space], MANY))
        for name in chain(numbers, (token_hex(8) for _ in count())):
            path = f"{folder}/{space}-{name}"
            try:
                os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
            except FileExistsError:
                continue
            except FileNotFoundError:
                _make_folder(Path(folder))
                os.mkdir(path, 0o700)  # noqa: PTH102
            return path
        raise AssertionError


def _look(folder: str, prefix: str, started: Mapping[str, str]) -> dict[str, str]:
    """The folders there are, and those that should be, by the names of attempts, or else by their own."""
    try:
        names = [name for name in os.listdir(folder) if name.startswith(prefix)]  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        names = []
    noted = {attempt: name for name, attempt in started.items() if name.startswith(prefix)}
    found: dict[str, str] = {}
    for name in names:
        if name not in started:
            attempt = _name(f"{folder}/{name}")
            own = not attempt or attempt in found or attempt in noted
            found[name if own else attempt] = f"{folder}/{name}"
    return found | {attempt: f"{folder}/{name}" for attempt, name in noted.items()}


def _name(path: str) -> str:
    """The attempt that a folder is for, or nothing where that was not written down."""
    try:
        file = open_regular(f"{path}/record", os.O_RDONLY)
    except OSError:
        return ""
    try:
        return _read(file, os.fstat(file).st_size).name
    finally:
        os.close(file)


def _number(path: str) -> int:
    """The number that a folder is called by."""
    number = path.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _make_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, for its owner alone."""
    for each in (*reversed(folder.parents), folder):
        if not each.is_dir():
            with suppress(FileExistsError):  # somebody else has just made it
                each.mkdir(0o700)
