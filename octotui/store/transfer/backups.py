"""A copy of a whole space as one file, also while it is used: its journal, output and kept files.

It is a tar.gz of the space's folder, so that unpacking it in a state directory is all that restores it. Who
holds the space, what its workers do and their caches stay out: jobs that ran then are lost in the copy.
"""

import gzip
import sqlite3
import tarfile
import zlib
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, cast
from urllib.parse import quote

import msgspec

from octotui.store.atomic_file import new_file, refuse_what_is_there
from octotui.store.errors import StoreError, unusable
from octotui.store.journal.sqlite import open_read_only, refuse_newer
from octotui.store.private_files import WAY, make_folder, opened_private
from octotui.store.space_folder import SpaceFolder
from octotui.store.transfer.run_files import BLOCK, copy, opened, pieces
from octotui.store.trusted_path import resolve

JOURNAL = "journal.sqlite"
FOLDERS = ("logs", "artifacts")
QUICK = 1  # of gzip's levels: logs become as small as with more, and it takes a third of the time
COUNTS = "SELECT (SELECT coalesce(max(seq), 0) FROM events), (SELECT count(*) FROM runs)"
_DAMAGED = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, OverflowError)


class BackupContents(msgspec.Struct, frozen=True):
    """What a backup holds: up to which event, of how many runs."""

    seq: int
    runs: int


def back_up(folder: SpaceFolder, target: Path) -> BackupContents:
    """Write a copy of the space into a new file; raises StoreError. Who writes the space is not held up."""
    refuse_what_is_there(target)
    if not folder.journal.is_file():
        raise StoreError(f"there is nothing to back up: no space has been opened in {folder.path}")
    slug = folder.path.name
    try:
        with TemporaryDirectory(prefix=".octotui-backup-", dir=target.parent) as name:
            journal = Path(name) / JOURNAL
            copied = _copy_journal(folder.journal, journal)  # first: what it says of is in the logs by then
            with new_file(target) as file, _packing(file) as archive:
                _add(archive, f"{slug}/{JOURNAL}", journal)
                for path in (path for each in FOLDERS for path in pieces(folder.path / each)):
                    _add(archive, f"{slug}/{path.relative_to(folder.path).as_posix()}", path)
    except OSError as problem:
        raise unusable(target, problem) from problem
    return copied


def _packing(file: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=file, mode="w:gz", compresslevel=QUICK, format=tarfile.PAX_FORMAT)


def _copy_journal(source: Path, target: Path) -> BackupContents:
    """Copy the journal as it is at one moment, by SQLite's own backup."""
    opened_private(target, "ab").close()
    try:
        with closing(_source(source)) as journal, closing(sqlite3.connect(target)) as copied:
            journal.backup(copied)
            return BackupContents(*copied.execute(COUNTS).fetchone())
    except sqlite3.Error as problem:
        raise unusable(source, problem) from problem


def _source(path: Path) -> sqlite3.Connection:
    """A connection that sees what others write meanwhile; in a folder where nobody can, one that looks."""
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)
    try:
        refuse_newer(database, path)
        database.execute("SELECT seq FROM events LIMIT 1")
    except StoreError:
        database.close()
        raise
    except sqlite3.Error:
        database.close()
        return open_read_only(path)
    return database


def _add(archive: tarfile.TarFile, name: str, path: Path) -> None:
    """Put a file in, as far as it has come."""
    with opened(path) as file:
        if file is None:
            return
        source, size = file
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(path.stat().st_mtime)
        archive.addfile(entry, source)


def restore(backup: Path, base: Path) -> Path:
    """Unpack a backup into a state directory, and say which folder it became; raises StoreError.

    A space that is there is never touched, and what can't be restored as a whole leaves nothing.
    """
    try:
        base = resolve(base)
        make_folder(base, WAY, above=WAY)
        with TemporaryDirectory(prefix=".octotui-restore-", dir=base) as name:
            slug = _unpack(backup, Path(name))
            refuse_what_is_there(base / slug)
            return (Path(name) / slug).rename(base / slug)
    except _DAMAGED as error:
        raise StoreError(f"{backup} is no backup of octotui, or is cut or damaged ({error})") from error
    except OSError as problem:
        raise unusable(Path(problem.filename or backup), problem) from problem


def _unpack(backup: Path, content: Path) -> str:
    """Unpack plain files of one space, and say its slug."""
    slug = ""
    with gzip.open(backup) as plain, tarfile.open(fileobj=cast("IO[bytes]", plain), mode="r:") as archive:
        for entry in archive:
            slug = slug or entry.name.partition("/")[0]
            path = content / _entry_path(backup, slug, entry)
            make_folder(path.parent)
            source = archive.extractfile(entry)
            assert source is not None  # it is an ordinary file
            with opened_private(path, "xb") as target:
                copy(source, target, entry.size)
        while plain.read(BLOCK):
            pass  # one that is cut between two files ends without the checksum of all
    if not (content / slug / JOURNAL).is_file():
        raise StoreError(f"{backup} is no backup of octotui: it holds no {JOURNAL}")
    (content / slug).chmod(0o700)
    return slug


def _entry_path(backup: Path, slug: str, entry: tarfile.TarInfo) -> PurePosixPath:
    """Where an entry belongs; only what a backup is made of may be there."""
    first, *rest = entry.name.split("/")
    known = rest == [JOURNAL] or (len(rest) > 1 and rest[0] in FOLDERS)
    if not entry.isreg() or not known or first != slug or {"", ".", ".."} & {first, *rest}:
        raise StoreError(f"{backup} is no backup of octotui: it holds {entry.name[:100]!r}")
    return PurePosixPath(entry.name)
