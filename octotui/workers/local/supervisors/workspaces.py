"""Workspaces: one folder for each attempt, found by a later process, and removed when it is over."""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, count, islice
from pathlib import Path
from secrets import token_hex

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.store.private_files import make_folder
from octotui.workers import workspace_record
from octotui.workers.agent.regular_files import IrregularFile, make_private, open_regular, write_all
from octotui.workers.agent.tree_removal import remove_files, remove_tree
from octotui.workers.executor import AttemptLocation
from octotui.workers.local.supervisors.started_attempts import StartedAttempts
from octotui.workers.workspace_record import WorkspaceRecord

AGENT = "."  # is in the last part of the names of folders that agents make
MANY = 100  # numbered names to try before random ones: a job may have taken them all
OURS = os.O_RDWR | os.O_CREAT
APPEND = os.O_WRONLY | os.O_APPEND
VALUES = "values"
OPENED = ("spool", "record")
KUBECONFIG = "octotui.kubeconfig"  # of a script on a Kubernetes target
FILES = ("script", VALUES, KUBECONFIG, *OPENED)


class Workspace:
    """A folder for one attempt: its script, values, output spool and record.

    It has mode 0700 and is never reused: a shell reads its script while it runs. The record is locked as long
    as any process of the attempt lives, by an inherited descriptor.

    A job may replace these files. Ours stay open, and a file of the same name is trusted only if it is the
    same file.
    """

    def __init__(self, path: str) -> None:
        """Open the files of an existing folder. Raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self.values = f"{path}/{VALUES}"
        self._files: list[int] = []
        self._seen: tuple[int, int] | None = None  # size and mtime of the record when it was read
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
        """The descriptor of the output spool, for reading."""
        return self._files[0]

    @property
    def lock(self) -> int:
        """The descriptor of the record, which is locked while any process of the attempt lives."""
        return self._files[1]

    @property
    def printed(self) -> bool:
        """Whether the script has printed anything."""
        return os.fstat(self.spool).st_size > 0

    def fill(self, name: str, script: str, resume: str, values: bytes = b"") -> None:
        """Write the files of an attempt, the resume record first. Raises OSError or ValueError."""
        line = workspace_record.resume_line(name, resume)
        if len(line) > workspace_record.LARGEST // 2:
            raise ValueError("its sensitive values are too large to be noted")
        write_all(self.lock, line)
        make_private(self.script, script.encode(errors="surrogateescape"))
        make_private(self.values, values)

    def opened(self) -> tuple[int, int, int]:
        """Take the lock; return the supervisor's descriptors: lock, spool, record. Raises OSError."""
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
        """Return whether any process of the attempt lives."""
        try:
            fcntl.flock(self.lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        return False

    def read(self) -> WorkspaceRecord:
        """Return the record, read again if it has changed."""
        found = os.fstat(self.lock)
        now = (found.st_size, found.st_mtime_ns)
        if now != self._seen:
            self._record, self._seen = _read(self.lock, found.st_size), now
        return self._record

    def drop_values(self) -> None:
        """Remove the values file of an ended attempt, and its kubeconfig."""
        remove_files(self.path, (VALUES, KUBECONFIG))

    def remove(self) -> None:
        """Remove the folder with its contents."""
        self.close()
        if not remove_files(self.path, FILES, whole=True):
            remove_tree(self.path)

    def close(self) -> None:
        """Close its files."""
        while self._files:
            os.close(self._files.pop())


def _read(file: int, size: int) -> WorkspaceRecord:
    """Parse a record from a file; one that is too large counts as damaged."""
    if size > workspace_record.LARGEST:
        return WorkspaceRecord(damaged=True)
    try:
        return workspace_record.read(os.pread(file, size, 0))
    except OSError:
        return WorkspaceRecord(damaged=True)


class Workspaces:
    """The workspaces of this machine, and those that earlier processes left.

    A folder is named by its space and a number; its owner is in the log of started attempts, and before that
    in its record, in one atomic line. So no crash confuses two attempts.
    """

    def __init__(self, trust: FileTrust | None = None) -> None:
        self._trust = trust or FileTrust()
        self._left: dict[tuple[str, str], dict[str, str]] = {}
        self._started: dict[tuple[str, str], StartedAttempts] = {}
        self._numbers: dict[tuple[str, str], Iterator[int]] = {}

    def take(self, location: AttemptLocation) -> Workspace:
        """Create a workspace for a new attempt; remove one that a crash left before its start.

        Raises OSError, or Distrusted where other accounts could replace the script.
        """
        left = self.forget(location)
        if left is not None:
            remove_tree(left)
        path = self._new_folder(location.directory, location.space)
        try:
            self._trust.check(path)
            return Workspace(path)
        except (Distrusted, OSError):
            remove_tree(path)
            raise

    def note(self, location: AttemptLocation, workspace: Workspace) -> None:
        """Log that an attempt is about to be started in a workspace. Raises OSError."""
        folder = workspace.path.rpartition("/")[2]
        self._notes(location.directory, location.space).note(folder, location.name)

    def left(self, location: AttemptLocation) -> str | None:
        """Return the folder that an earlier process created for an attempt, or None; it may be gone.

        Raises OSError if the folders cannot be listed.
        """
        return self._folders(location.directory, location.space).get(location.name)

    def claim(self, location: AttemptLocation) -> bool:
        """Return whether an earlier process has started an attempt under a supervisor of its own."""
        try:
            left = self.left(location)
        except OSError:
            return False
        return left is not None and not is_of_agent(left)

    def forget(self, location: AttemptLocation) -> str | None:
        """Forget an attempt and return its folder, or None. Raises OSError."""
        self._notes(location.directory, location.space).forget(location.name)
        return self._folders(location.directory, location.space).pop(location.name, None)

    def others(self, directory: str, space: str, keep: frozenset[str]) -> list[str]:
        """Forget and return the folders that earlier processes of a space left, except those to `keep`."""
        others: list[str] = []
        with suppress(OSError):
            folders = self._folders(directory, space)
            others += [folders.pop(name) for name in tuple(folders) if name not in keep]
            self._notes(directory, space).keep(keep)
        return others

    def close(self) -> None:
        """Close the logs of started attempts."""
        for started in self._started.values():
            started.end()

    def _notes(self, directory: str, space: str) -> StartedAttempts:
        self._folders(directory, space)
        return self._started[directory, space]

    def _folders(self, directory: str, space: str) -> dict[str, str]:
        """Return the folders left of a space, by attempt; scanned once, before any is created."""
        if (directory, space) not in self._left:
            started = StartedAttempts(f"{directory}/work/{space}.started")
            left = _scan(f"{directory}/work", f"{space}-", started.read())
            self._started[directory, space], self._left[directory, space] = started, left
            self._numbers[directory, space] = count(1 + max(map(_number, left.values()), default=0))
        return self._left[directory, space]

    def _new_folder(self, directory: str, space: str) -> str:
        """Create a folder whose name differs from those that may still be being removed."""
        folder = f"{directory}/work"
        numbers = map(str, islice(self._numbers[directory, space], MANY))
        for name in chain(numbers, (token_hex(8) for _ in count())):
            path = f"{folder}/{space}-{name}"
            try:
                os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
            except FileExistsError:
                continue
            except FileNotFoundError:
                make_folder(Path(folder))
                os.mkdir(path, 0o700)  # noqa: PTH102
            return path
        raise AssertionError


def is_of_agent(folder: str) -> bool:
    """Return whether an agent has made a workspace."""
    return AGENT in folder.rpartition("-")[2]


def _scan(folder: str, prefix: str, started: Mapping[str, str]) -> dict[str, str]:
    """Return the existing and the logged folders, by attempt, or by their own name if that is unknown."""
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
    """Return the attempt in a folder's record, or `""`."""
    try:
        file = open_regular(f"{path}/record", os.O_RDONLY)
    except OSError:
        return ""
    try:
        return _read(file, os.fstat(file).st_size).name
    finally:
        os.close(file)


def _number(path: str) -> int:
    """Return the number in a folder's name, or 0."""
    number = path.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 10 else 0
