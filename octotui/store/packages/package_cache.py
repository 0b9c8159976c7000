"""A package cache on disk: a lock for each package, installation, and eviction of the least recently used."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from octotui.store.archives.unpack import unpack
from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, remove_tree, write_new
from octotui.store.packages.downloads import forget, remove_empty_folders
from octotui.store.packages.manifest import PackageManifest, survey
from octotui.store.packages.package_store import InUse
from octotui.store.private_files import make_folder

STALE = 7 * 86400.0  # seconds after which a partial download is no longer resumed


def package_path(cache: Path, package: str, version: str) -> Path:
    """Return the path of a package's content, which may not exist."""
    return cache / package / version


def part_of(cache: Path, package: str, name: str) -> Path:
    """Return the path of a package's file until it is complete."""
    return cache / ".parts" / package / name


@contextmanager
def lock_package(cache: Path, package: str, version: str, stopping: Cancellation) -> Iterator[None]:
    """Hold a package's lock, among all threads and processes, to install it; may raise Cancelled."""
    path = cache / f".{package}.{version}.lock"
    make_folder(cache)
    held: list[int] = []

    def taken() -> bool:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path).st_ino == os.fstat(file).st_ino:  # noqa: PTH116 - else its holder has removed it
                held.append(file)
                return True
        os.close(file)
        return False

    stopping.until(taken)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(held[0])


def touch(target: Path) -> None:
    """Record that a package was used just now."""
    note = _note(target)
    with suppress(OSError):
        if _noted_size(note) is None:
            write_new(note, str(_size(target)).encode())
        os.utime(note)


def install(
    cache: Path, package: str, version: str, archive: Path, stopping: Cancellation
) -> PackageManifest:
    """Unpack a package's file in place of what is there, and remove it; return the manifest.

    Raises ArchiveError, OSError or Cancelled.
    """
    work = cache / f".{package}.{version}.work"
    try:
        remove_tree(work)  # a crash may have left it
        work.mkdir(0o700)
        try:
            unpack(archive, work / "content", stopping)
        finally:
            forget(archive)
        with Directory(work / "content") as folder:
            manifest = survey(folder, stopping)
        target = package_path(cache, package, version)
        remove(target)
        make_folder(target.parent)
        (work / "content").rename(target)
    finally:
        remove_tree(work)
        remove_empty_folders(archive)
    return manifest


def evict(cache: Path, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
    """Remove the least recently used packages until the cache has at most `limit` bytes; none in use.

    Return those that were removed, as (id, version).
    """
    notes = [note for note in cache.glob("[!.]*/.*.size") if _target(note).is_dir()]
    sizes = {note: _noted_size(note) or 0 for note in notes}
    total = sum(sizes.values())
    if total <= limit:
        return ()
    needed = {package_path(cache, *each) for each in in_use()}
    evicted: list[tuple[str, str]] = []
    for note in sorted(notes, key=lambda each: each.stat().st_mtime_ns):
        if total > limit and _target(note) not in needed:
            total -= sizes[note]
            remove(_target(note))
            evicted.append((_target(note).parent.name, _target(note).name))
    return tuple(evicted)


def remove(target: Path) -> None:
    """Remove a package from the cache, atomically."""
    away = target.with_name(f".{target.name}.{token_hex(4)}")
    with suppress(OSError):
        target.rename(away)
    remove_tree(away)
    with suppress(OSError):
        away.unlink()  # not a folder
    _note(target).unlink(missing_ok=True)


def sweep(cache: Path) -> frozenset[tuple[str, str]]:
    """Remove stale partial downloads; return the packages there are, as (id, version)."""
    for part in (cache / ".parts").glob("*/*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
    packages = (each for each in cache.glob("[!.]*/[!.]*") if each.is_dir())
    return frozenset((each.parent.name, each.name) for each in packages)


def _note(target: Path) -> Path:
    """Return the file whose text is a package's size, and whose mtime is that of its last use."""
    return target.with_name(f".{target.name}.size")


def _noted_size(note: Path) -> int | None:
    """Return the recorded size of a package, which a script may have changed; None if it is invalid."""
    with suppress(OSError, ValueError):
        if not note.is_symlink() and note.stat().st_size < 20:
            return int(note.read_bytes())
    return None


def _target(note: Path) -> Path:
    return note.with_name(note.name[1:].removesuffix(".size"))


def _size(folder: Path) -> int:
    return sum(
        os.lstat(os.path.join(root, file)).st_size  # noqa: PTH118 - Paths cost more than the calls
        for root, _, files in os.walk(folder)
        for file in files
    )
