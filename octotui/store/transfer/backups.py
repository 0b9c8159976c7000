"""Backups: a copy of a whole space as one file, also while it is open: journal, output and artifacts.

It is a tar.gz of the space's folder, so that unpacking it in a state directory restores it. The lock,
workers' workspaces and caches are left out: jobs that ran then are lost in the copy.
"""

import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import msgspec

from octotui.store.archives.entries import ArchiveError, Entry, Limits
from octotui.store.archives.unpack import unpack
from octotui.store.atomic_file import new_file, refuse_what_is_there
from octotui.store.cancellation import Cancellation
from octotui.store.errors import StoreError, unusable
from octotui.store.journal.sqlite import Connection, check, open_read_only, refuse_newer, uri
from octotui.store.private_files import PARENT_MODE, make_folder, opened_private
from octotui.store.space_folder import SpaceFolder
from octotui.store.transfer.run_files import opened, pieces
from octotui.store.trusted_path import resolve

JOURNAL = "journal.sqlite"
FOLDERS = ("logs", "artifacts")
QUICK = 1  # gzip's level: logs become as small as with higher ones, in a third of the time
COUNTS = "SELECT (SELECT coalesce(max(seq), 0) FROM events), (SELECT count(*) FROM runs)"
ALL = Limits(entries=20_000_000, size=2**60, ratio=10_000)  # logs are repetitive; the disk is the limit


class BackupContents(msgspec.Struct, frozen=True):
    """The content of a backup: its last event, and its number of runs."""

    seq: int
    runs: int


def back_up(folder: SpaceFolder, target: Path) -> BackupContents:
    """Write a copy of the space to a new file, without blocking its writer; raises StoreError."""
    refuse_what_is_there(target)
    if not folder.journal.is_file():
        raise StoreError(f"there is nothing to back up: no space was ever opened in {folder.path}")
    slug = folder.path.name
    try:
        with TemporaryDirectory(prefix=".octotui-backup-", dir=target.parent) as name:
            journal = Path(name) / JOURNAL
            copied = _copy_journal(folder.journal, journal)  # first: the logs have its output by then
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
    """Copy a consistent view of the journal, by SQLite's own backup."""
    opened_private(target, "ab").close()
    try:
        with closing(_source(source)) as journal, closing(sqlite3.connect(target)) as copied:
            journal.backup(copied)
            check(journal, source)
            return BackupContents(*copied.execute(COUNTS).fetchone())
    except sqlite3.Error as problem:
        raise unusable(source, problem) from problem


def _source(path: Path) -> sqlite3.Connection:
    """Open a connection that sees other writers' commits; a read-only one if the folder is not writable."""
    database = sqlite3.connect(uri(path, "mode=rw"), uri=True, factory=Connection)
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
    """Add a file at its present size."""
    with opened(path) as file:
        if file is None:
            return
        source, size = file
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(path.stat().st_mtime)
        archive.addfile(entry, source)


def restore(backup: Path, base: Path, prepare: Callable[[Path], None] | None = None) -> Path:
    """Unpack a backup into a state directory, and return the new folder; raises StoreError.

    An existing space is never touched, and a failed restore leaves nothing. `prepare` is called with the
    journal before the space is there.
    """
    try:
        base = resolve(base)
        make_folder(base, PARENT_MODE, above=PARENT_MODE)
        with TemporaryDirectory(prefix=".octotui-restore-", dir=base) as name:
            space = _unpack(backup, Path(name) / "content")
            refuse_what_is_there(base / space.name)
            if prepare is not None:
                prepare(space / JOURNAL)
            return space.rename(base / space.name)
    except ArchiveError as error:
        raise StoreError(f"{backup} is no backup of octotui, or is cut: it {error}") from error
    except OSError as problem:
        raise unusable(Path(problem.filename or backup), problem) from problem


def _unpack(backup: Path, content: Path) -> Path:
    """Unpack the plain files of one space, and return its folder."""
    slugs: set[str] = set()

    def judge(entry: Entry) -> None:
        """Refuse any entry that is no part of a backup."""
        first, *rest = entry.name.split("/")
        slugs.add(first)
        known = rest == [JOURNAL] or (len(rest) > 1 and rest[0] in FOLDERS)
        if entry.kind != "file" or not known or len(slugs) > 1 or {"", ".", ".."} & {first, *rest}:
            raise StoreError(f"{backup} is no backup of octotui: it holds {entry.name[:100]!r}")

    unpack(backup, content, Cancellation(), form="tar", limits=ALL, private=True, judge=judge)
    for journal in content.glob(f"*/{JOURNAL}"):
        return journal.parent
    raise StoreError(f"{backup} is no backup of octotui: it holds no {JOURNAL}")
