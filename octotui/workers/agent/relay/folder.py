"""Folders by their descriptors: no operation in them follows a link or leads out of them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager
from typing import Iterator, List, Tuple, Union

from octotui.workers.agent.regular_files import open_regular

BLOCK = 1 << 20
OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
RESUME = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def make_folder(path: str) -> None:
    """Make a folder and its missing parents, for their owner alone. Raises OSError."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if parent not in ("", path):
        make_folder(parent)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass


@contextmanager
def opened_folder(directory: str, inside: str = "", *, make: bool = False) -> Iterator[int]:
    """Yield the descriptor of a folder below a directory, with `make` made as needed. Raises OSError."""
    if make:
        make_folder(directory)
    top = os.open(os.path.realpath(directory), OPEN)
    try:
        with opened_below(top, inside, make=make) as folder:
            yield folder
    finally:
        os.close(top)


@contextmanager
def opened_below(top: int, inside: str, *, make: bool = False) -> Iterator[int]:
    """Yield the descriptor of a folder below an open one. Raises OSError."""
    folder = os.dup(top)
    try:
        for name in inside.split("/") if inside else ():
            if make:
                try:
                    os.mkdir(plain(name), 0o700, dir_fd=folder)
                except FileExistsError:
                    pass
            inner = os.open(plain(name), OPEN, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


@contextmanager
def parent_of(directory: str, path: str, *, make: bool = False) -> Iterator[Tuple[int, str]]:
    """Yield the descriptor of the folder of a path below a directory, and its last name. Raises OSError."""
    inside, _, name = path.rpartition("/")
    with opened_folder(directory, inside, make=make) as folder:
        yield folder, plain(name)


@contextmanager
def parent_below(top: int, path: str) -> Iterator[Tuple[int, str]]:
    """Yield the descriptor of the folder of a path below an open one, and its last name. Raises OSError."""
    inside, _, name = path.rpartition("/")
    with opened_below(top, inside) as folder:
        yield folder, plain(name)


@contextmanager
def opened(folder: int, name: str, flags: int = READ, mode: int = 0o600) -> Iterator[int]:
    """Yield an ordinary file of a folder. Raises OSError."""
    file = os.open(plain(name), flags, mode, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise FileNotFoundError(errno.ENOENT, "it is no ordinary file")
        yield file
    finally:
        os.close(file)


def plain(name: str) -> str:
    """Return a name that is an entry of its folder and nothing else. Raises OSError."""
    if name in ("", ".", "..") or "/" in name:
        raise OSError(errno.EINVAL, "a path leads out of its folder", name)
    return name


def entry_of(folder: int, name: str) -> Tuple[str, os.stat_result]:
    """Return the kind of an entry, and its status. Raises OSError."""
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    kinds = (
        (stat.S_ISDIR, "folder"),
        (stat.S_ISLNK, "link"),
        (stat.S_ISREG, "file"),
        (stat.S_ISFIFO, "pipe"),
    )
    return next((kind for is_one, kind in kinds if is_one(status.st_mode)), "other"), status


def names_in(folder: int) -> List[str]:
    """Return the names in an open folder in order. Raises OSError."""
    return sorted(os.listdir(folder))


def write_whole(file: int, data: Union[bytes, memoryview]) -> None:
    """Write all bytes. Raises OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def blocks(file: int, size: int) -> Iterator[bytes]:
    """Yield a file's first `size` bytes. Raises OSError."""
    at = 0
    while at < size:
        block = os.pread(file, min(BLOCK, size - at), at)
        if not block:
            return
        yield block
        at += len(block)


def file_digest(path: str) -> str:
    """Return the SHA-256 of an ordinary file, or nothing where it cannot be read."""
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        digest = hashlib.sha256()
        for block in blocks(file, os.fstat(file).st_size):
            digest.update(block)
        return digest.hexdigest()
    except OSError:
        return ""
    finally:
        os.close(file)
