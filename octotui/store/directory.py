"""A folder by its descriptor: no operation in it follows a link or leaves it."""

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
RESUME = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Directory:
    """A folder, and everything in it by relative paths such as `web/app.json`; for one thread.

    Each folder of a path is opened from the one before it, and is never a link. New entries get the given
    mode, whatever the umask, and replace nothing.
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
        """Set the mode of this folder itself; raises OSError."""
        os.fchmod(self._root, mode)

    @contextmanager
    def created(self, path: str, mode: int) -> Iterator[int]:
        """Yield a new file to write and read; its mode is set on success. Raises OSError."""
        parent, name = self._at(path)
        file = os.open(name, CREATE, 0o600, dir_fd=parent)
        try:
            yield file
            os.fchmod(file, mode)
        finally:
            os.close(file)

    @contextmanager
    def resumed(self, path: str) -> Iterator[int]:
        """Yield an ordinary file to write and read, a new one for its owner alone; raises OSError."""
        parent, name = self._at(path)
        file = os.open(name, RESUME, 0o600, dir_fd=parent)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise FileNotFoundError(f"{path} is no ordinary file")
            yield file
        finally:
            os.close(file)

    def rename(self, path: str, name: str) -> None:
        """Give an entry another name in its folder, in place of any other file; raises OSError."""
        parent, old = self._at(path)
        os.rename(old, _plain(name), src_dir_fd=parent, dst_dir_fd=parent)

    @contextmanager
    def parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield the descriptor of a path's folder, and its last name; raises OSError."""
        parent, name = self._at(path)
        yield parent, name

    @contextmanager
    def opened(self, path: str) -> Iterator[int]:
        """Yield an ordinary file to read; raises OSError."""
        parent, name = self._at(path)
        file = os.open(name, READ, dir_fd=parent)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise FileNotFoundError(f"{path} is no ordinary file")
            yield file
        finally:
            os.close(file)

    def link(self, path: str, source: str) -> None:
        """Make a hard link `path` to the file `source` of this folder; raises OSError."""
        source_parent, source_name = self._at(source)
        held = os.dup(source_parent)  # opening the other parent closes it
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
        """Replace a file or a link by a new file, with the old mode if none is given; raises OSError."""
        parent, name = self._at(path)
        if mode is None:
            mode = stat.S_IMODE(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
        os.unlink(name, dir_fd=parent)
        with self.created(path, mode) as file:
            write_all(file, data)

    def status(self, path: str) -> os.stat_result:
        """Return the stat of a file, a folder (`""` is this one) or a link itself; raises OSError."""
        if not path:
            return os.fstat(self._root)
        parent, name = self._at(path)
        return os.stat(name, dir_fd=parent, follow_symlinks=False)

    def target(self, path: str) -> str:
        """Return the target of a symbolic link; raises OSError."""
        parent, name = self._at(path)
        return os.readlink(name, dir_fd=parent)

    def names(self, path: str) -> Iterator[str]:
        """Yield the names in a folder (`""` is this one), unordered; raises OSError."""
        folder = self._opened(path)
        try:
            with os.scandir(folder) as entries:
                yield from (each.name for each in entries)
        finally:
            os.close(folder)

    @property
    def folds_case(self) -> bool:
        """Whether the file system ignores case; probed with a temporary folder."""
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
        """Close the descriptors."""
        self._leave_parent()
        os.close(self._root)

    def __enter__(self) -> "Directory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _at(self, path: str) -> tuple[int, str]:
        """Return the descriptor of a path's parent, cached for the next path, and its last name."""
        parent, _, name = path.rpartition("/")
        if parent != self._parent:
            self._leave_parent()
            self._descriptor, self._parent = self._opened(parent), parent
        return self._descriptor, _plain(name)

    def _opened(self, path: str) -> int:
        """Open a new descriptor of a folder."""
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
    """Return a name that is an entry of its folder and nothing else; raises OSError."""
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, "a path leads out of its folder", name)
    return name


def remove_tree(path: Path | str) -> None:
    """Remove a folder and everything in it as far as possible, however deeply nested."""
    with suppress(OSError):
        if not stat.S_ISDIR(os.lstat(path).st_mode):  # rmtree would open a pipe, and block
            os.unlink(path)  # noqa: PTH108
            return
    try:
        shutil.rmtree(path, ignore_errors=True)
    except RecursionError:  # `ignore_errors` does not cover it
        subprocess.run(("rm", "-rf", "--", path), check=False, capture_output=True)


def write_new(path: Path, data: bytes) -> None:
    """Replace whatever has this path by a private file, atomically; raises OSError."""
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
    """Write all the bytes to a descriptor; raises OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
