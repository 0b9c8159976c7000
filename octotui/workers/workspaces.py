"""Folders that jobs run in: handed out empty, taken back, and used again, since making one is slow."""

import os
import shutil
from pathlib import Path

SCRIPT, SPOOL = "script", "spool"


class Workspace:
    """A folder for one job at a time, with its script and the spool of its output; nobody else may look."""

    def __init__(self, path: str) -> None:
        """Make the folder; raises OSError."""
        self.path = path
        self._length = 0
        self.script = f"{path}/{SCRIPT}"
        try:
            os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
        except FileNotFoundError:
            Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)
            os.mkdir(path, 0o700)  # noqa: PTH102
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._script = os.open(self.script, flags, 0o600)
        self.spool = os.open(f"{path}/{SPOOL}", flags | os.O_APPEND, 0o600)

    def write(self, script: str) -> None:
        """Put a script into it; what follows it are the newlines that `empty` left, which no shell minds."""
        body = script.encode(errors="surrogateescape")
        self._length = len(body)
        _write(self._script, body)

    def empty(self) -> bool:
        """Leave nothing of a job in it; False where it left more than could be wiped."""
        # Newlines over the script, and no change of length where there is no need: on a busy disk a
        # change of length costs more than starting the job.
        _write(self._script, b"\n" * self._length)
        if os.fstat(self.spool).st_size:
            os.truncate(self.spool, 0)
        try:
            return sorted(os.listdir(self.path)) == [SCRIPT, SPOOL]
        except OSError:
            return False

    def remove(self) -> None:
        """Take the folder away with all that is in it."""
        os.close(self._script)
        os.close(self.spool)
        shutil.rmtree(self.path, ignore_errors=True)


def _write(file: int, data: bytes) -> None:
    written = 0
    while written < len(data):
        written += os.pwrite(file, data[written:], written)


class Workspaces:
    """The workspaces of this process, by the folder of their worker."""

    def __init__(self) -> None:
        self._free: dict[str, list[Workspace]] = {}
        self._made = 0

    def take(self, directory: str) -> Workspace:
        """An empty workspace of a worker; raises OSError where none can be made."""
        free = self._free.setdefault(directory, [])
        if free:
            return free.pop()
        self._made += 1
        return Workspace(f"{directory}/work/{os.getpid()}-{self._made}")

    def give_back(self, directory: str, workspace: Workspace) -> None:
        """Take a workspace back, to be used again if it can be emptied."""
        if workspace.empty():
            self._free[directory].append(workspace)
        else:
            workspace.remove()

    def remove(self) -> None:
        """Take all free workspaces away."""
        for free in self._free.values():
            while free:
                free.pop().remove()
