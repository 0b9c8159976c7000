"""Artifacts: files that scripts asked to keep, copied into the space's folder, a folder for each job (V7)."""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, suppress
from itertools import count
from pathlib import Path

from octotui.engine.state import Artifact
from octotui.model.complaints import Reason
from octotui.store.directory import write_all
from octotui.store.private_files import make_folder, opened_private

LARGEST = 1 << 30  # bytes of an artifact
LONGEST = 200  # bytes of an artifact's name
BLOCK = 1 << 20


class ArtifactError(Exception):
    """A file cannot be kept; the text says why."""


async def keep(
    content: AsyncGenerator[bytes, None], name: str, folder: Path, largest: int = LARGEST
) -> Artifact:
    """Write a file's content to a job's folder; raises ArtifactError, and then leaves nothing there.

    A name that is taken gets a number.
    """
    try:
        async with aclosing(content):
            return await _written(content, safe_name(name), folder, largest)
    except OSError as error:
        raise ArtifactError(error.strerror or str(error)) from None


def open_source(path: str, largest: int = LARGEST, folder: int | None = None) -> int:
    """Open an ordinary file of at most so many bytes, never a link or a device; raises ArtifactError.

    `folder` is the descriptor that a relative path begins at.
    """
    try:
        file = _opened(path, folder)
    except ValueError:
        raise ArtifactError("its path is no path of this machine") from None
    except OSError as error:
        raise ArtifactError(error.strerror or str(error)) from None
    try:
        _refuse_larger(os.fstat(file).st_size, largest)
    except ArtifactError:
        os.close(file)
        raise
    return file


def remove_all_but(folder: Path, names: Collection[str]) -> None:
    """Remove files that a crash left before the journal knew of them: all but `names`."""
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if path.name not in names:
                with suppress(OSError):  # a folder: artifacts are files
                    path.unlink()


def safe_name(name: str) -> str:
    """Return a safe file name: without folders and control characters, at most LONGEST bytes."""
    plain = "".join(each if each.isprintable() and each not in "/\\" else "_" for each in name.strip())
    if not plain.strip("._ "):
        return "artifact"
    stem, suffix = _parts(plain)
    room = LONGEST - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore") + suffix


def _parts(name: str) -> tuple[str, str]:
    """Split a name into stem and suffix: `report` and `.html`."""
    stem, dot, end = name.rpartition(".")
    return (stem, dot + end) if stem and len(end) <= 10 else (name, "")


def _opened(source: str, folder: int | None = None) -> int:
    """Open an ordinary file to read, without blocking on a pipe that has no writer."""
    _refuse_others(os.stat(source, dir_fd=folder, follow_symlinks=False).st_mode)
    file = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        _refuse_others(os.fstat(file).st_mode)
    except ArtifactError:
        os.close(file)
        raise
    return file


def _refuse_others(mode: int) -> None:
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a link" if stat.S_ISLNK(mode) else "a pipe or device"
        raise ArtifactError(f"it is {what}, and only ordinary files are kept")


def _refuse_larger(size: int, largest: int) -> None:
    if size > largest:
        raise ArtifactError(f"it is larger than {largest >> 20} MiB, the most that is kept of one file")


async def _written(content: AsyncGenerator[bytes, None], name: str, folder: Path, largest: int) -> Artifact:
    block = await anext(content, b"")  # raises where there is nothing to keep
    make_folder(folder)
    path, copy = _new(folder, name)
    size = 0
    try:
        while block:
            size += len(block)
            _refuse_larger(size, largest)  # it may grow meanwhile
            await asyncio.to_thread(write_all, copy, block)
            block = await anext(content, b"")
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(copy)
    return Artifact(path.name, size)


def _new(folder: Path, name: str) -> tuple[Path, int]:
    """Create a file of that name, or of that name and a number."""
    stem, suffix = _parts(name)
    for number in count(1):
        path = folder / (name if number == 1 else f"{stem}-{number}{suffix}")
        try:
            return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
    raise AssertionError


def keep_workspace(directory: str, folder: Path, without: Collection[str]) -> Reason | None:
    """Move everything in a directory except `without` into a folder; return the problem, or None.

    A link in place of the directory is refused. Across file systems only files, folders and links are copied.
    """
    try:
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            for name in sorted(set(os.listdir(opened)).difference(without)):  # noqa: PTH208
                make_folder(folder)
                source = f"/dev/fd/{opened}/{name}"
                shutil.move(source, folder / name, copy_function=_copy_regular)
        finally:
            os.close(opened)
    except (OSError, shutil.Error, RecursionError) as problem:
        return f"what was left in the workspace cannot be kept: {_why(problem)}"
    return None


def _why(problem: Exception) -> str:
    """Return the reason of an error; `shutil.Error` holds a list of (source, target, reason)."""
    match problem.args:
        case ([(_, _, why), *_],):
            return str(why)
    return getattr(problem, "strerror", None) or str(problem)


def _copy_regular(source: str, target: str | Path) -> None:
    """Copy an ordinary file of bounded size; raises OSError."""
    try:
        file = _opened(source)
        try:
            _refuse_larger(os.fstat(file).st_size, LARGEST)
            with opened_private(Path(target), "xb") as copy:
                while block := os.read(file, BLOCK):
                    copy.write(block)
                    _refuse_larger(copy.tell(), LARGEST)
        finally:
            os.close(file)
    except ArtifactError as problem:
        raise OSError(f"{Path(source).name}: {problem}") from None
