"""The files of a machine that is this one: below its directory, opened by descriptors, through no link."""

import asyncio
import os
import stat
from collections.abc import AsyncIterable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from octotui.store.archives.entries import Limits
from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, write_all
from octotui.store.packages.manifest import digest_of
from octotui.store.private_files import make_folder
from octotui.workers.agent.tree_removal import remove_entry
from octotui.workers.machine import Chunks, FileDigest, FileEntry, FileError, check_path

CHUNK = 1 << 20
MOST = 2 * Limits().entries  # entries of a deep listing

NEVER = Cancellation()

T = TypeVar("T")


class LocalFiles:
    """Files below a directory of this machine; each call opens the directory anew."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Write a file beside its place, and put it there once its SHA-256 is right."""
        part = _part(path, sha256)
        with self._folder(path, make=True) as folder, folder.resumed(part) as file:
            if os.fstat(file).st_size < offset:
                raise FileError(f"{path} cannot be resumed at {offset:,}: less of it is there")
            os.ftruncate(file, offset)
            os.lseek(file, offset, os.SEEK_SET)
            async for chunk in chunks:
                await _in_thread(path, write_all, file, chunk)
            found = await _in_thread(path, digest_of, file, os.fstat(file).st_size, NEVER)
            if found != sha256:
                with folder.parent(part) as (parent, name):
                    os.unlink(name, dir_fd=parent)
                raise FileError(f"{path} was damaged on its way: its SHA-256 is {found}, not {sha256}")
            folder.rename(part, path.rpartition("/")[2])

    async def received(self, path: str, sha256: str) -> int:
        """Return the size of the interrupted transfer of this content."""
        with suppress(FileNotFoundError), self._folder(path) as folder:
            status = folder.status(_part(path, sha256))
            return status.st_size if stat.S_ISREG(status.st_mode) else 0
        return 0

    async def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of an ordinary file from an offset on."""
        with self._folder(path) as folder, folder.opened(path) as file:
            while chunk := await _in_thread(path, os.pread, file, CHUNK, offset):
                yield chunk
                offset += len(chunk)

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the beginnings of files in a folder."""
        return await _in_thread(folder, self._read, folder, names, largest)

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the entries of a folder, or of all folders in it."""
        return await _in_thread(folder, self._list, folder, deep)

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of an ordinary file."""
        with self._folder(path) as folder, folder.opened(path) as file:
            size = os.fstat(file).st_size
            return FileDigest(size, await _in_thread(path, digest_of, file, size, NEVER))

    async def remove(self, path: str) -> None:
        """Remove a file, or a folder with its contents, in a thread: there may be many."""
        await _in_thread(path, self._remove, path)

    async def free(self) -> int:
        """Return the free bytes of the disk, also where the directory is not made yet."""
        there = next(
            each for each in (Path(self._directory), *Path(self._directory).parents) if each.exists()
        )
        status = os.statvfs(there)
        return status.f_bavail * status.f_frsize

    @contextmanager
    def _folder(self, path: str, *, make: bool = False) -> Iterator[Directory]:
        """Open the directory, and with `make` the folders of a path. Raises FileError."""
        check_path(path)
        with _problems(path):
            if make:
                make_folder(Path(self._directory))
            with Directory(Path(os.path.realpath(self._directory))) as folder:
                for depth in range(1, path.count("/") + 1) if make else ():
                    with suppress(FileExistsError):
                        folder.make("/".join(path.split("/")[:depth]), 0o700)
                yield folder

    def _read(self, inside: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name in names:
            check_path(name)
        with suppress(FileNotFoundError), self._folder(inside) as folder:
            for name in names:
                with suppress(OSError), folder.opened(f"{inside}/{name}") as file:
                    found[name] = os.pread(file, largest, 0)
        return found

    def _list(self, inside: str, deep: bool) -> tuple[FileEntry, ...]:
        found: list[FileEntry] = []
        with suppress(FileNotFoundError), self._folder(inside) as folder:
            folders = [inside]
            while folders:
                at = folders.pop()
                entries = [_entry(folder, f"{at}/{name}") for name in folder.names(at)]
                folders += [each.path for each in entries if each.kind == "folder"] if deep else []
                found += entries
                if len(found) > MOST:
                    raise FileError(f"{inside} holds more than {MOST:,} files")
        return tuple(sorted(found, key=lambda each: each.path))

    def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError), self._folder(path) as folder, folder.parent(path) as (parent, name):
            remove_entry(parent, name)


async def _in_thread(path: str, work: Callable[..., T], *given: object) -> T:
    """Run file work in a thread. Raises FileError."""
    with _problems(path):
        return await asyncio.to_thread(work, *given)


@contextmanager
def _problems(path: str) -> Iterator[None]:
    """Turn errors of the system into FileErrors; a missing file stays one for callers within this file."""
    try:
        yield
    except FileNotFoundError:
        raise MissingFile(f"{path} is not there, or is no ordinary file") from None
    except (OSError, ValueError) as problem:
        raise FileError(f"{path} cannot be used: {getattr(problem, 'strerror', None) or problem}") from None


class MissingFile(FileError, FileNotFoundError):
    """Raised where there is no such file."""


def _entry(folder: Directory, path: str) -> FileEntry:
    """Return an entry of a folder; one that has gone meanwhile is none of the known kinds."""
    try:
        status = folder.status(path)
    except FileNotFoundError:
        return FileEntry(path, "other")
    if stat.S_ISDIR(status.st_mode):
        return FileEntry(path, "folder")
    if stat.S_ISLNK(status.st_mode):
        return FileEntry(path, "link")
    regular = stat.S_ISREG(status.st_mode)
    return FileEntry(path, "file" if regular else "other", status.st_size if regular else 0)


def _part(path: str, sha256: str) -> str:
    """Return the path of an incomplete transfer, which no other content shares."""
    if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():
        raise FileError(f"{sha256!r} is no SHA-256")
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name[:100]}.{sha256[:32]}.part"
