"""A worker's package cache on disk: one at a time gets a package there, and what nobody needs goes."""

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

STALE = 7 * 86400.0  # seconds after which nobody goes on with a half-done download

InUse = Callable[[], Collection[tuple[str, str]]]
"""The packages, as (id, version), that open runs need."""


class PackageCache(msgspec.Struct, frozen=True):
    """Where a worker keeps packages; and where we keep what each must be, of which scripts are not told."""

    folder: Path
    manifests: Path

    def content(self, package: str, version: str) -> Path:
        """Where a package's content lies, or would lie."""
        return package_path(self.folder, package, version)

    def manifest(self, package: str, version: str) -> Path:
        """Where it is written down what that content must be."""
        return self.manifests / package / f"{version}.json"


def package_path(cache: Path, package: str, version: str) -> Path:
    """Where a package's content lies, or would lie."""
    return cache / package / version


def part_of(cache: Path, package: str, name: str) -> Path:
    """Where the file of a package lies until it is complete."""
    return cache / ".parts" / package / name


@contextmanager
def lock_package(cache: Path, package: str, version: str, stopping: Cancellation) -> Iterator[None]:
    """Be the only one, of all threads and processes, to get a package into this cache; may raise Stopped."""
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
    """Note that a package was needed just now."""
    note = _note(target)
    with suppress(OSError):
        if _noted_size(note) is None:
            write_new(note, str(_size(target)).encode())
        os.utime(note)


def evict(cache: Path, limit: int, in_use: InUse, tell: Callable[[str], None]) -> None:
    """Remove what was needed longest ago until a cache holds no more than so many bytes; nothing in use."""
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
    """Take a package out of the cache, at once and as a whole."""
    away = target.with_name(f".{target.name}.{token_hex(4)}")
    with suppress(OSError):
        target.rename(away)
    remove_tree(away)
    with suppress(OSError):
        away.unlink()  # it was no folder
    _note(target).unlink(missing_ok=True)


def remove_leftovers(part: Path) -> None:
    """Leave no empty folders behind."""
    with suppress(OSError):
        part.parent.rmdir()
        part.parent.parent.rmdir()


def sweep(cache: PackageCache) -> None:
    """Remove half-done downloads that nobody has gone on with for long, and manifests of what is gone."""
    for part in (cache.folder / ".parts").glob("*/*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
    for manifest in cache.manifests.glob("*/*.json"):
        if not cache.content(manifest.parent.name, manifest.name.removesuffix(".json")).is_dir():
            manifest.unlink(missing_ok=True)


def _note(target: Path) -> Path:
    """The file whose text is a package's size, and whose time is that of its last use."""
    return target.with_name(f".{target.name}.size")


def _noted_size(note: Path) -> int | None:
    """The size that was noted of a package, which a script may have changed; None for what is no size."""
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
