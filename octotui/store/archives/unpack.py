"""Unpacking of archives from elsewhere: validated as a whole, then written without following a link (P4)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal

from octotui.store.archives.entries import ArchiveError, ArchiveReader, Entry, Limits
from octotui.store.archives.tar_reader import TarReader
from octotui.store.archives.tree import Tree
from octotui.store.archives.zip_reader import ZipReader
from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, remove_tree, write_all

PACKAGE = Limits()
RESERVE = 64 * 2**20  # bytes of a disk that are left free

Format = Literal["zip", "nupkg", "tar"]


def unpack(
    archive: Path,
    content: Path,
    stopping: Cancellation,
    *,
    form: Format | None = None,
    limits: Limits | None = None,
    private: bool = False,
    judge: Callable[[Entry], None] = lambda entry: None,
) -> None:
    """Unpack into a new folder; raises ArchiveError, OSError or Cancelled, and then leaves none.

    The format follows from the name unless `form` is given. Every entry is validated, also by `judge`, before
    anything is written. With `private`, everything is for the owner alone, whatever the archive says.
    """
    with archive.open("rb") as raw:
        limits = limits or PACKAGE
        reader = _reader(raw, form or _form_of(archive), limits)
        tree = Tree(os.fstat(raw.fileno()).st_size, limits)
        for entry in reader.entries():
            stopping.check()
            judge(entry)
            tree.add(entry)
        tree.check()
        _check_room(content.parent, tree.size)
        content.mkdir(0o700)
        try:
            with Directory(content) as folder:
                _write(reader, tree, folder, stopping, private=private)
        except BaseException:
            remove_tree(content)
            raise


def _form_of(archive: Path) -> Format:
    return "zip" if archive.suffix == ".zip" else "nupkg" if archive.suffix == ".nupkg" else "tar"


def _reader(raw: IO[bytes], form: Format, limits: Limits) -> ArchiveReader:
    return TarReader(raw) if form == "tar" else ZipReader(raw, nupkg=form == "nupkg", most=limits.entries)


def _check_room(folder: Path, size: int) -> None:
    """Refuse what exceeds the disk's free space; raises ArchiveError."""
    free = shutil.disk_usage(folder).free
    if size > free - RESERVE:
        raise ArchiveError(
            f"would unpack to {size:,} bytes, and the disk of {folder} has {free:,} left: make room"
        )


def _write(
    reader: ArchiveReader, tree: Tree, folder: Directory, stopping: Cancellation, *, private: bool
) -> None:
    """Write folders, then files, then links, so that no link exists while files are written."""
    if folder.folds_case:
        tree.refuse_twins()
    mask = 0o700 if private else 0o755
    for path in sorted(path for path, _ in tree.of_kind("folder")):
        folder.make(path, mask)
    for path, entry in tree.of_kind("file"):
        stopping.check()
        _write_file(reader, path, entry, folder, stopping, mask)
    for path, entry in tree.of_kind("hard link"):
        stopping.check()
        folder.link(path, tree.linked(entry))
    for path, entry in tree.of_kind("symbolic link"):
        stopping.check()
        folder.link_symbolically(path, entry.link)
    folder.chmod(mask)


def _write_file(
    reader: ArchiveReader, path: str, entry: Entry, folder: Directory, stopping: Cancellation, mask: int
) -> None:
    with folder.created(path, _mode(entry) & mask) as file:
        written = 0
        for chunk in reader.content(entry):
            stopping.check()
            write_all(file, chunk)
            written += len(chunk)
        if written != entry.size:
            raise ArchiveError(f"is damaged: {path} is cut")
        if entry.modified:
            os.utime(file, (entry.modified, entry.modified))


def _mode(entry: Entry) -> int:
    """Return a file's mode: writable by its owner alone, never set-user-id."""
    executable = 0o111 if entry.mode & 0o100 else 0
    return 0o600 | entry.mode & (0o644 | executable)
