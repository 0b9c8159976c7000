"""A worker's package cache on disk: a lock for each package, and eviction of the least recently used."""

import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import msgspec

from octotui.store.cancellation import Cancellation
from octotui.store.directory import remove_tree, write_new
from octotui.store.private_files import make_folder

STALE = 7 * 86400.0  # seconds after which a partial download is no longer resumed

InUse = Callable[[], Collection[tuple[str, str]]]
"""The packages, as (id, version), that open runs need."""


class PackageCache(msgspec.Struct, frozen=True):
    """The folder of a worker's packages, and that of their manifests, which scripts are not told."""

    folder: Path
    manifests: Path

    def content(self, package: str, version: str) -> Path:
        """Return the path of a package's content, which may not exist."""
        return package_path(self.folder, package, version)

    def manifest(self, package: str, version: str) -> Path:
        """Return the path of the content's manifest."""
        return self.manifests / package / f"{version}.json"


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


def evict(cache: Path, limit: int, in_use: InUse, tell: Callable[[str], None]) -> None:
    """Remove the least recently used packages until the cache has at most `limit` bytes; none in use."""
    notes = [note for note in cache.glob("[!.]*/.*.size") if _target(note).is_dir()]
    sizes = {note: _noted_size(note) or 0 for note in notes}
    total = sum(sizes.values())
    if total <= limit:
        return
    needed = {package_path(cache, *each) for each in in_use()}
    for note in sorted(notes, key=lambda each: each.stat().st_mtime_ns):
        if total > limit and _target(note) not in needed:
            total -= sizes[note]
            remove(_target(note))
            tell(f"{_target(note).parent.name} {_target(note).name} is removed from the cache, which is full")


def remove(target: Path) -> None:
    """Remove a package from the cache, atomically."""
    away = target.with_name(f".{target.name}.{token_hex(4)}")
    with suppress(OSError):
        target.rename(away)
    remove_tree(away)
    with suppress(OSError):
        away.unlink()  # not a folder
    _note(target).unlink(missing_ok=True)


def remove_leftovers(part: Path) -> None:
    """Remove empty folders."""
    with suppress(OSError):
        part.parent.rmdir()
        part.parent.parent.rmdir()


def sweep(cache: PackageCache) -> None:
    """Remove stale partial downloads, and manifests of packages that are gone."""
    for part in (cache.folder / ".parts").glob("*/*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
    for manifest in cache.manifests.glob("*/*.json"):
        if not cache.content(manifest.parent.name, manifest.name.removesuffix(".json")).is_dir():
            manifest.unlink(missing_ok=True)


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
