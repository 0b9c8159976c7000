"""Folders that attempts run in: found by a later process, and used again when they are free."""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path
from secrets import token_hex

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.workers.executor import AttemptLocation
from octotui.workers.local import workspace_record
from octotui.workers.local.regular_files import IrregularFile, is_same, open_regular
from octotui.workers.local.started_attempts import StartedAttempts
from octotui.workers.local.tree_removal import remove_tree
from octotui.workers.local.workspace_record import WorkspaceRecord

LARGE = 1 << 22  # bytes of a spool that are better thrown away elsewhere
LONG = 1 << 16  # bytes of a record that is not appended to any more
MANY = 100  # names that are tried in turn; a job that has made them all holds nobody up
OURS = os.O_RDWR | os.O_CREAT
APPEND = os.O_WRONLY | os.O_APPEND
FILES = ("script", "spool", "record")


class Workspace:
    """A folder for one attempt at a time: its script, the spool of its output, and the record.

    Nobody else may look. The files are used again too, since on a busy disk making and removing them costs
    more than starting the job; but only where nobody else has them open: what a job left running must neither
    print into the next job's output nor read the next job's script. The record is locked as long as anything
    of the attempt lives, by a file that all of it inherits.

    A job may put anything in their place. Ours stay open, and what has their names is believed only where it
    is the same.
    """

    def __init__(self, path: str) -> None:
        """Open the files of a folder that is there; raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self._files: list[int] = []
        self._length = 0  # of the script
        self._begins = self._secret = 0  # where in the record the attempt begins, and how long its resume is
        self._seen: tuple[int, int] | None = None  # how large and how old the record was that was read
        self._record = WorkspaceRecord()
        self._folder = os.lstat(path)
        if not stat.S_ISDIR(self._folder.st_mode):
            raise IrregularFile(f"{path} is no folder")
        try:
            for name in FILES:
                self._files.append(open_regular(f"{path}/{name}", OURS))
        except OSError:
            self.close()
            raise

    @property
    def spool(self) -> int:
        """The file of its output, to be read."""
        return self._files[1]

    @property
    def lock(self) -> int:
        """The file that is locked as long as anything of the attempt lives: its record."""
        return self._files[2]

    @property
    def printed(self) -> bool:
        """Whether anything has come out of it."""
        return os.fstat(self.spool).st_size > 0

    @property
    def is_ours(self) -> bool:
        """Whether its path still leads to what we have made there, for us alone."""
        try:
            folder = os.lstat(self.path)
        except OSError:
            return False
        private = not any(stat.S_IMODE(os.fstat(file).st_mode) & ~0o600 for file in self._files)
        same = os.path.samestat(folder, self._folder) and not stat.S_IMODE(folder.st_mode) & 0o077
        files = zip(FILES, self._files, strict=True)
        return private and same and all(is_same(f"{self.path}/{name}", file) for name, file in files)

    def fill(self, name: str, script: str, resume: str) -> None:
        """Put in what an attempt begins with, whose it is first; raises OSError, or ValueError.

        After a shorter script than the one before stand the newlines that `empty` left, which no shell minds.
        """
        line, body = workspace_record.resume_line(name, resume), script.encode(errors="surrogateescape")
        if len(line) > workspace_record.LARGEST // 2:
            raise ValueError("its sensitive values are too large to be noted")
        self._begins, self._secret = os.fstat(self.lock).st_size, len(line)
        self._seen = None
        _write(self.lock, line, self._begins)
        self._length = len(body)
        _write(self._files[0], body)

    def begin_anew(self) -> None:
        """Drop what a crash has left before anything began: an older script may be longer; raises OSError."""
        for file in self._files[:2]:
            os.ftruncate(file, 0)

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
            self._record, self._seen = _read(self.lock, found.st_size, self._begins), now
        return self._record

    def empty(self) -> bool:
        """Leave nothing of the attempt in it; False where that would take long, or can't be done."""
        if not self._secret:
            return False  # an earlier process has filled it, and knows with what
        try:
            written, kept = (os.fstat(file).st_size for file in self._files[1:])
            cut = kept < self._begins + self._secret
            if written > LARGE or kept > LONG or cut or not self.is_ours or not all(map(_alone, self._files)):
                return False
            _write(self._files[0], b"\n" * self._length)
            _write(self.lock, b"\n" * self._secret, self._begins)
            if written:
                os.ftruncate(self.spool, 0)
            with os.scandir(self.path) as entries:
                return sum(1 for _ in islice(entries, len(FILES) + 1)) == len(FILES)
        except OSError:
            return False

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        self.close()
        remove_tree(self.path)

    def close(self) -> None:
        """Let go of its files."""
        while self._files:
            os.close(self._files.pop())


def _write(file: int, body: bytes, at: int = 0) -> None:
    written = 0
    while written < len(body):
        written += os.pwrite(file, body[written:], at + written)


def _read(file: int, size: int, begins: int = 0) -> WorkspaceRecord:
    """The record from where it begins; of one that is larger than any, nothing is known."""
    if size - begins > workspace_record.LARGEST:
        return WorkspaceRecord(damaged=True)
    try:
        return workspace_record.read(os.pread(file, max(0, size - begins), begins))
    except OSError:
        return WorkspaceRecord(damaged=True)


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

    A folder is named by its space and a number; whose it is says the note of its start, and before that its
    record, in a line that is there or not. So no crash takes one attempt for another.
    """

    def __init__(
        self, trust: FileTrust | None = None, discard: Callable[[Workspace], None] = Workspace.remove
    ) -> None:
        """Of no more use is what is given to `discard`, to be removed."""
        self._trust = trust or FileTrust()
        self._discard = discard
        self._free: dict[str, list[Workspace]] = {}
        self._left: dict[tuple[str, str], dict[str, str]] = {}
        self._started: dict[tuple[str, str], StartedAttempts] = {}
        self._numbers: dict[tuple[str, str], Iterator[int]] = {}

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
        left = left if left and os.path.lexists(left) else None
        free = self._free.setdefault(location.directory, [])
        while left is None and free:
            workspace = free.pop()
            if workspace.is_ours:
                return workspace
            self._discard(workspace)
        workspace = Workspace(left or self._made(location.directory, location.space))
        if left is not None:
            workspace.begin_anew()
        return workspace

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

    def give_back(self, directory: str, workspace: Workspace) -> bool:
        """Take a workspace back to be used again; False where it can't be, and has to be removed."""
        if not workspace.empty():
            return False
        self._free.setdefault(directory, []).append(workspace)
        return True

    def others(self, directory: str, space: str, keep: frozenset[str]) -> list[str]:
        """The folders that earlier processes of a space have left, but those of attempts to keep."""
        others: list[str] = []
        with suppress(OSError):
            folders = self._folders(directory, space)
            others += [folders.pop(name) for name in tuple(folders) if name not in keep]
            self._notes(directory, space).keep(keep)
        return others

    def remove(self) -> None:
        """Take all free workspaces away."""
        for free in self._free.values():
            while free:
                free.pop().remove()
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
