"""The manifest of an extracted package: every folder, file and link with mode, size and SHA-256 (P4).

It is kept in the space's folder, apart from the worker's own, and compared with the package before each use.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, write_new
from octotui.store.private_files import make_folder

BLOCK = 1 << 20


class FileRecord(msgspec.Struct, frozen=True, array_like=True):
    """The expected mode, size and SHA-256 of a file."""

    mode: int
    size: int
    sha256: str


class PackageManifest(msgspec.Struct, frozen=True):
    """A package's folders with their modes (`""` is its root), its files, and the targets of its links."""

    folders: dict[str, int]
    files: dict[str, FileRecord]
    links: dict[str, str]


class Manifests(msgspec.Struct, frozen=True):
    """The manifests of one machine's packages, in a folder of the server, which scripts are not told."""

    folder: Path

    def path(self, package: str, version: str) -> Path:
        """Return the path of a package's manifest, which may not exist."""
        return self.folder / package / f"{version}.json"

    def read(self, package: str, version: str) -> PackageManifest | None:
        """Read a manifest; None where there is none, or it cannot be read."""
        return read_manifest(self.path(package, version))

    def write(self, package: str, version: str, manifest: PackageManifest) -> None:
        """Write a manifest atomically; raises OSError."""
        write_manifest(self.path(package, version), manifest)

    def packages(self) -> frozenset[tuple[str, str]]:
        """Return the packages that have a manifest, as (id, version)."""
        paths = self.folder.glob("*/*.json")
        return frozenset((each.parent.name, each.name.removesuffix(".json")) for each in paths)

    def remove(self, packages: Iterable[tuple[str, str]]) -> None:
        """Remove the manifests of packages."""
        for each in packages:
            self.path(*each).unlink(missing_ok=True)

    def remove_all_but(self, held: Collection[tuple[str, str]]) -> None:
        """Remove the manifests of packages that the machine has no more."""
        self.remove(self.packages().difference(held))


class PackageChanged(Exception):
    """A package differs from its manifest; the text is the path of the first difference."""


def survey(folder: Directory, stopping: Cancellation) -> PackageManifest:
    """Make the manifest of a package that was just extracted; raises OSError or Cancelled."""
    manifest = PackageManifest({"": stat.S_IMODE(folder.status("").st_mode)}, {}, {})
    folders = [""]
    while folders:
        at = folders.pop()
        for name in sorted(folder.names(at)):
            stopping.check()
            path = f"{at}/{name}" if at else name
            if _note(folder, path, manifest, stopping):
                folders.append(path)
    return manifest


def _note(folder: Directory, path: str, manifest: PackageManifest, stopping: Cancellation) -> bool:
    """Record one entry, and return whether it is a folder."""
    status = folder.status(path)
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        manifest.folders[path] = mode
        return True
    if stat.S_ISLNK(status.st_mode):
        manifest.links[path] = folder.target(path)
    else:
        with folder.opened(path) as file:
            manifest.files[path] = FileRecord(mode, status.st_size, digest_of(file, status.st_size, stopping))
    return False


def verify(folder: Directory, manifest: PackageManifest, stopping: Cancellation) -> None:
    """Compare a package with its manifest; raises PackageChanged or Cancelled.

    No more is read than the manifest lists, whatever the folder holds.
    """
    try:
        _verify_names(folder, manifest)
        _verify_kinds(folder, manifest)
        for path, record in manifest.files.items():
            with folder.opened(path) as file:
                _expect(path, digest_of(file, record.size, stopping) == record.sha256)
    except OSError as problem:
        raise PackageChanged(problem.strerror or str(problem)) from problem


def _verify_kinds(folder: Directory, manifest: PackageManifest) -> None:
    """Compare types, modes, sizes and link targets, without reading a file."""
    for path, mode in manifest.folders.items():
        status = folder.status(path)
        _expect(path, stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) == mode)
    for path, target in manifest.links.items():
        _expect(path, stat.S_ISLNK(folder.status(path).st_mode) and folder.target(path) == target)
    for path, record in manifest.files.items():
        status = folder.status(path)
        _expect(path, stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) == record.mode)
        _expect(path, status.st_size == record.size)


def _verify_names(folder: Directory, manifest: PackageManifest) -> None:
    """Find entries that are missing or unexpected."""
    missing = {*manifest.folders, *manifest.files, *manifest.links} - {""}
    for at in manifest.folders:
        for name in folder.names(at):
            path = f"{at}/{name}" if at else name
            _expect(path, path in missing)
            missing.remove(path)
    for path in sorted(missing)[:1]:
        raise PackageChanged(path)


def _expect(path: str, as_expected: bool) -> None:
    if not as_expected:
        raise PackageChanged(path)


def digest_of(file: int, size: int, stopping: Cancellation) -> str:
    """Return the SHA-256 of a file's first `size` bytes; raises OSError or Cancelled."""
    digest = hashlib.sha256()
    for block in blocks(file, size):
        stopping.check()
        digest.update(block)
    return digest.hexdigest()


def blocks(file: int, size: int) -> Iterator[bytes]:
    """Yield a file's first `size` bytes in blocks; raises OSError."""
    at = 0
    while at < size and (block := os.pread(file, min(BLOCK, size - at), at)):
        yield block
        at += len(block)


def read_manifest(path: Path) -> PackageManifest | None:
    """Read a manifest; None where there is none, or it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=PackageManifest)
    except (OSError, msgspec.MsgspecError):
        return None


def write_manifest(path: Path, manifest: PackageManifest) -> None:
    """Write a manifest atomically; raises OSError."""
    make_folder(path.parent)
    write_new(path, msgspec.json.encode(manifest))
