"""A folder by its descriptor: what is done in it follows no link, and lands nowhere else."""

import errno
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from types import TracebackType

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Directory:
    """A folder, and all in it by relative paths such as `web/app.json`; for one thread.

    Each folder of a path is opened from the one before it, and is never a link. What is made gets the mode
    that is said, whatever the umask, and replaces nothing.
    """

    def __init__(self, path: Path) -> None:
        """Open a folder, which must not be a link; raises OSError."""
        self._root = os.open(path, FOLDER)
        self._parent = ""
        self._descriptor = self._root

    def make(self, path: str, mode: int) -> None:
        """Make a folder; raises OSError."""
        parent, name = self._at(path)
        os.mkdir(name, 0o700, dir_fd=parent)
        folder = os.open(name, FOLDER, dir_fd=parent)
        try:
            os.fchmod(folder, mode)
        finally:
            os.close(folder)

    def chmod(self, mode: int) -> None:
        """Give this folder itself a mode; raises OSError."""
        os.fchmod(self._root, mode)

    @contextmanager
    def created(self, path: str, mode: int) -> Iterator[int]:
        """A new file, to be written and read; it has its mode when all went well. Raises OSError."""
        parent, name = self._at(path)
        file = os.open(name, CREATE, 0o600, dir_fd=parent)
        try:
            yield file
            os.fchmod(file, mode)
        finally:
            os.close(file)

    @contextmanager
    def opened(self, path: str) -> Iterator[int]:
        """A file to be read; raises OSError, also for what is no ordinary file."""
        parent, name = self._at(path)
        file = os.open(name, READ, dir_fd=parent)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise FileNotFoundError(f"{path} is no ordinary file")
            yield file
        finally:
            os.close(file)

    def link(self, path: str, source: str) -> None:
        """Give a file in this folder another name; raises OSError."""
        source_parent, source_name = self._at(source)
        held = os.dup(source_parent)  # going to the other folder closes it
        try:
            parent, name = self._at(path)
            os.link(source_name, name, src_dir_fd=held, dst_dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(held)

    def link_symbolically(self, path: str, target: str) -> None:
        """Make a symbolic link; raises OSError."""
        parent, name = self._at(path)
        os.symlink(target, name, dir_fd=parent)

    def replace(self, path: str, data: bytes, mode: int | None = None) -> None:
        """Put a new file in the place of a file or a link, with its mode if none is said; raises OSError."""
        parent, name = self._at(path)
        if mode is None:
            mode = stat.S_IMODE(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
        os.unlink(name, dir_fd=parent)
        with self.created(path, mode) as file:
            write_all(file, data)

    def status(self, path: str) -> os.stat_result:
        """What the system says of a file, a folder (`""` is this one) or a link itself; raises OSError."""
        if not path:
            return os.fstat(self._root)
        parent, name = self._at(path)
        return os.stat(name, dir_fd=parent, follow_symlinks=False)

    def target(self, path: str) -> str:
        """Where a symbolic link leads; raises OSError."""
        parent, name = self._at(path)
        return os.readlink(name, dir_fd=parent)

    def names(self, path: str) -> Iterator[str]:
        """The names in a folder (`""` is this one), in no order; raises OSError."""
        folder = self._opened(path)
        try:
            with os.scandir(folder) as entries:
                yield from (each.name for each in entries)
        finally:
            os.close(folder)

    @property
    def folds_case(self) -> bool:
        """Whether two names that differ in case alone are one file here; nothing is left of finding out."""
        name = ".octotui-Case"
        os.mkdir(name, 0o700, dir_fd=self._root)
        try:
            os.stat(name.lower(), dir_fd=self._root, follow_symlinks=False)
        except FileNotFoundError:
            return False
        finally:
            os.rmdir(name, dir_fd=self._root)
        return True

    def close(self) -> None:
        """Let go of the folder."""
        self._leave_parent()
        os.close(self._root)

    def __enter__(self) -> "Directory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _at(self, path: str) -> tuple[int, str]:
        """The descriptor of the folder that a path lies in, kept for the next path, and its name there."""
        parent, _, name = path.rpartition("/")
        if parent != self._parent:
            self._leave_parent()
            self._descriptor, self._parent = self._opened(parent), parent
        return self._descriptor, _plain(name)

    def _opened(self, path: str) -> int:
        """A new descriptor of a folder."""
        folder = os.dup(self._root)
        for name in path.split("/") if path else ():
            try:
                inner = os.open(_plain(name), FOLDER, dir_fd=folder)
            finally:
                os.close(folder)
            folder = inner
        return folder

    def _leave_parent(self) -> None:
        if self._descriptor != self._root:
            os.close(self._descriptor)
        self._descriptor, self._parent = self._root, ""


def _plain(name: str) -> str:
    """A name that leads nowhere but to an entry of its folder; raises OSError."""
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, "a path leads out of its folder", name)
    return name


def remove_tree(path: Path | str) -> None:
    """Remove a folder and all in it as far as that can be, however deep a script has made it."""
    with suppress(OSError):
        if not stat.S_ISDIR(os.lstat(path).st_mode):  # a pipe would be opened, and waited for
            os.unlink(path)  # noqa: PTH108
            return
    try:
        shutil.rmtree(path, ignore_errors=True)
    except RecursionError:  # which the standard library does not pass over
        subprocess.run(("rm", "-rf", "--", path), check=False, capture_output=True)


def write_new(path: Path, data: bytes) -> None:
    """Put a private file in the place of whatever has its name, at once and as a whole; raises OSError."""
    new = path.with_name(f".{path.name}.{token_hex(4)}.new")
    file = os.open(new, CREATE, 0o600)
    try:
        write_all(file, data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)


def write_all(file: int, data: bytes) -> None:
    """Write all of some bytes to a descriptor; raises OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
