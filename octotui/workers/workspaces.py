"""Folders that jobs run in: handed out empty, taken back, and used again, since making one is slow."""

import os
import shutil
from pathlib import Path

LARGE = 1 << 22  # bytes of a spool that are better thrown away elsewhere


class Workspace:
    """A folder for one job at a time, with its script and the spool of its output; nobody else may look.

    The folder stays, its two files are new for every job: what a job left running in the background may
    still hold them, and must neither print into the next job's output nor read the next job's script.
    """

    def __init__(self, path: str) -> None:
        """Make the folder; raises OSError."""
        self.path = path
        self.script = f"{path}/script"
        self.spool = -1
        try:
            os.mkdir(path, 0o700)  # noqa: PTH102 - a Path costs more than the call
        except FileNotFoundError:
            Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)
            os.mkdir(path, 0o700)  # noqa: PTH102

    def fill(self, script: str) -> None:
        """Put a script and an empty spool into it; raises OSError."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        file = os.open(self.script, flags, 0o600)
        try:
            body = script.encode(errors="surrogateescape")
            while body:
                body = body[os.write(file, body) :]
        finally:
            os.close(file)
        self.spool = os.open(f"{self.path}/spool", flags | os.O_APPEND, 0o600)

    def empty(self) -> bool:
        """Take the files out again; False where that would take long, or can't be done."""
        try:
            if os.fstat(self.spool).st_size > LARGE:
                return False
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
        if self.spool >= 0:
            os.close(self.spool)
            self.spool = -1


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
