"""The workspace of an attempt: a private folder with what it runs, its output, and the file that it locks."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import Iterable, List, NamedTuple

from octotui.workers.agent.regular_files import make_private, open_regular, write_all
from octotui.workers.agent.tree_removal import remove_files, remove_tree

SPOOLS = ("spool", "errors")  # files of the streams of output, in this order
SECRETS = ("script", "values", "octotui.kubeconfig")
KEPT = ("record", *SPOOLS)  # until its end is known
FILES = (*SECRETS, *KEPT)
LARGEST_RECORD = 1 << 26

_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class OpenedWorkspace(NamedTuple):
    """The open files of a new workspace: its locked record, and its spools."""

    path: str
    lock: int
    spools: List[int]


def make_folder(directory: str, name: str) -> str:
    """Create the folder of a new attempt in a worker's directory, and return its path. Raises OSError."""
    path = f"{directory}/work/{name}"
    try:
        os.mkdir(path, 0o700)
    except FileNotFoundError:
        _make_parents(f"{directory}/work")
        os.mkdir(path, 0o700)
    return path


def open_folder(path: str) -> int:
    """Open the folder of a new attempt. Raises OSError."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def fill(script: bytes, values: bytes, record: bytes, streams: int) -> OpenedWorkspace:
    """Create the files of an attempt in the current directory, which is its folder. Raises OSError."""
    opened: List[int] = []
    try:
        lock = os.open("record", os.O_RDWR | os.O_APPEND | _NEW, 0o600)
        opened.append(lock)
        write_all(lock, record)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        make_private("script", script)
        make_private("values", values)
        for name in SPOOLS[:streams]:
            opened.append(os.open(name, os.O_RDWR | os.O_APPEND | _NEW, 0o600))
    except OSError:
        for file in opened:
            os.close(file)
        raise
    return OpenedWorkspace(os.getcwd(), lock, opened[1:])


def open_spools(folder: str, streams: int) -> List[int]:
    """Open the spools of an attempt that an earlier agent began. Raises OSError."""
    opened: List[int] = []
    try:
        for name in SPOOLS[:streams]:
            opened.append(open_regular(f"{folder}/{name}", os.O_RDONLY))
    except OSError:
        for file in opened:
            os.close(file)
        raise
    return opened


def read_file(path: str, most: int = LARGEST_RECORD) -> bytes:
    """Return the content of a regular file, or nothing where it cannot be read or is too large."""
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        size = os.fstat(file).st_size
        return os.pread(file, size, 0) if size <= most else b""
    except OSError:
        return b""
    finally:
        os.close(file)


def is_locked(folder: str, device: int = -1, inode: int = -1) -> bool:
    """Return whether the lock of an attempt is held; False where its record is another file than said."""
    try:
        file = open_regular(f"{folder}/record", os.O_RDONLY)
    except OSError:
        return False
    try:
        found = os.fstat(file)
        if device >= 0 and (found.st_dev, found.st_ino) != (device, inode):
            return False
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False


def remove_secrets(folder: str, directory: int = -1) -> None:
    """Remove the script and the values of an attempt that has ended; `directory` is its folder, if open."""
    if directory < 0 or not _unlink(directory, SECRETS):
        remove_files(folder, SECRETS)


def remove_quickly(folder: str, directory: int = -1) -> bool:
    """Remove a workspace that holds nothing but its own files; return whether it is gone.

    Of an open one, the script and the values are gone already.
    """
    if directory >= 0 and _unlink(directory, KEPT):
        with suppress(OSError):
            os.rmdir(folder)
            return True
    return remove_files(folder, FILES, whole=True)


def _unlink(directory: int, names: Iterable[str]) -> bool:
    """Remove files of an open folder; return whether that was allowed."""
    try:
        for name in names:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=directory)
    except OSError:
        return False
    return True


def remove(folder: str) -> None:
    """Remove a workspace with all that scripts have left in it, which may take long."""
    if not remove_quickly(folder):
        remove_tree(folder)


def _make_parents(folder: str) -> None:
    """Create a folder and its missing parents with mode 0700."""
    parent = os.path.dirname(folder)
    if parent not in ("", folder) and not os.path.isdir(parent):
        _make_parents(parent)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
