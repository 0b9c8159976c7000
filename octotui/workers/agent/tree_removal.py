"""Removal of hostile trees: folders of any depth, without permissions, links, pipes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count

DEEP = 50  # levels of recursion; the contents of deeper folders are moved up instead
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_tree(path: str) -> None:
    """Remove a folder with its contents, or a file; ignore what cannot be removed."""
    remove_entry(None, path)


def remove_entry(folder: int | None, name: str) -> None:
    """Remove a name in an open folder, or a path, with all in it; ignore what cannot be removed."""
    with suppress(OSError):
        if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
            os.unlink(name, dir_fd=folder)
            return
        inner = _opened(name, folder)
        try:
            _empty(inner)
        finally:
            os.close(inner)
        os.rmdir(name, dir_fd=folder)


def remove_files(path: str, names: Iterable[str], *, whole: bool = False) -> bool:
    """Remove these files of a folder, with `whole` the folder too; return whether the folder is gone."""
    try:
        folder = _opened(path)
    except OSError:
        return False
    try:
        for name in names:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
    finally:
        os.close(folder)
    if whole:
        with suppress(OSError):
            os.rmdir(path)
            return True
    return False


def _empty(top: int) -> None:
    """Remove the contents of a folder, until nothing is left or can be removed."""
    chosen = os.urandom(8).hex()  # a name that no job can have chosen
    names = (f".{chosen}-{number}" for number in count())
    before: list[str] = []
    while (left := sorted(os.listdir(top))) != before:
        before = left
        _remove_from(top, left, top, names, DEEP)


def _remove_from(folder: int, left: list[str], top: int, names: Iterator[str], deep: int) -> None:
    """Remove entries of a folder; move the contents of folders that are too deep to the top."""
    for name in left:
        with suppress(OSError):  # continue with the others
            if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
                os.unlink(name, dir_fd=folder)
                continue
            inner = _opened(name, folder)
            try:
                if deep:
                    _remove_from(inner, os.listdir(inner), top, names, deep - 1)
                else:
                    for each in os.listdir(inner):
                        os.rename(each, next(names), src_dir_fd=inner, dst_dir_fd=top)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=folder)


def _opened(name: str, folder: int | None = None) -> int:
    """Open a folder, never a link, with the permissions to remove its contents."""
    file = os.open(name, getattr(os, "O_PATH", os.O_RDONLY) | _FOLDER, dir_fd=folder)
    try:
        if os.fstat(file).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(f"/proc/self/fd/{file}" if hasattr(os, "O_PATH") else file, stat.S_IRWXU)
        return os.open(".", _FOLDER, dir_fd=file)
    finally:
        os.close(file)
