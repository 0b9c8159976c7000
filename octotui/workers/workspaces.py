"""Folders that jobs run in: handed out empty, taken back, and used again, since making one is slow."""

import fcntl
import os
import shutil
from pathlib import Path

LARGE = 1 << 22  # bytes of a spool that are better thrown away elsewhere
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class Workspace:
    """A folder for one job at a time, with its script and the spool of its output; nobody else may look.

    Both files are used again too, since on a busy disk making and removing them costs more than starting
    the job; but only where nobody else has them open: what a job left running must neither print into the
    next job's output nor read the next job's script.
    """

    def __init__(self, path: str) -> None:
        """Make the folder; raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self.spool = self._script = -1
        self._length = 0
        try:
            os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
        except FileNotFoundError:
            Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)
            os.mkdir(path, 0o700)  # noqa: PTH102

    def fill(self, script: str) -> None:
        """Put a script and an empty spool into it; raises OSError.

        After a shorter script than the one before stand the newlines that `empty` left, which no shell minds.
        """
        if self._script < 0:
            self._script = os.open(self.script, NEW, 0o600)
            self.spool = os.open(f"{self.path}/spool", NEW | os.O_APPEND, 0o600)
        body = script.encode(errors="surrogateescape")
        self._length = len(body)
        _write(self._script, body)

    def open_spool(self) -> int:
        """The spool for a job to write to; opened anew, so that `empty` can tell whether it is still held."""
        return os.open(f"{self.path}/spool", os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def empty(self) -> bool:
        """Leave nothing of the job in it; False where that would take long, or can't be done."""
        try:
            size = os.fstat(self.spool).st_size
            if size > LARGE:
                return False
            if _alone(self._script) and _alone(self.spool):
                _write(self._script, b"\n" * self._length)
                if size:
                    os.ftruncate(self.spool, 0)
                return len(os.listdir(self.path)) == 2  # noqa: PTH208
            self._close()
            os.unlink(self.script)  # noqa: PTH108
            os.unlink(f"{self.path}/spool")  # noqa: PTH108
            return not os.listdir(self.path)  # noqa: PTH208
        except OSError:
            return False

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        self._close()
        shutil.rmtree(self.path, ignore_errors=True)

    def _close(self) -> None:
        for file in (self._script, self.spool):
            if file >= 0:
                os.close(file)
        self._script = self.spool = -1


def _write(file: int, body: bytes) -> None:
    written = 0
    while written < len(body):
        written += os.pwrite(file, body[written:], written)


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
    """The workspaces of this process, by the folder of their worker."""

    def __init__(self) -> None:
        self._free: dict[str, list[Workspace]] = {}
        self._made = 0

    def take(self, directory: str) -> Workspace:
        """An empty workspace of a worker; raises OSError where none can be made."""
        free = self._free.setdefault(directory, [])
        while not free:
            self._made += 1
            try:
                return Workspace(f"{directory}/work/{os.getpid()}-{self._made}")
            except FileExistsError:
                continue  # a process of our number left it behind when it crashed
        return free.pop()

    def give_back(self, directory: str, workspace: Workspace) -> bool:
        """Take a workspace back to be used again; False where it can't be, and has to be removed."""
        if not workspace.empty():
            return False
        self._free[directory].append(workspace)
        return True

    def remove(self) -> None:
        """Take all free workspaces away."""
        for free in self._free.values():
            while free:
                free.pop().remove()
