"""A private copy of a package for one attempt, whose script can change no other's (P4).

Where the file system supports reflinks (copy on write), the copy shares its blocks with the cache. Hard links
would be one file for both.
"""

import fcntl
import hashlib
import os
import sys
from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, remove_tree, write_all
from octotui.store.packages.manifest import FileRecord, PackageChanged, PackageManifest, blocks, digest_of

FICLONE = 0x40049409  # Linux ioctl: share all blocks of a file (reflink)


def copy_package(source: Path, manifest: PackageManifest, target: Path, stopping: Cancellation) -> None:
    """Copy a package by its manifest to a new folder; raises PackageChanged, OSError or Cancelled.

    The copy is compared with the manifest, as the cache may change meanwhile. A failed copy is removed.
    """
    target.mkdir(0o700)
    try:
        with Directory(target) as copied, Directory(source) as cached:
            _Copy(cached, copied, manifest, stopping).make()
    except BaseException:
        remove_tree(target)
        raise


class _Copy:
    """One copy in progress: folders, then files, then links."""

    def __init__(
        self, cached: Directory, copied: Directory, manifest: PackageManifest, stopping: Cancellation
    ) -> None:
        self._cached, self._copied, self._manifest, self._stopping = cached, copied, manifest, stopping
        self._shares = sys.platform == "linux"
        self._names: dict[int, str] = {}

    def make(self) -> None:
        for path in sorted(self._manifest.folders)[1:]:
            self._copied.make(path, self._manifest.folders[path])
        for path, record in self._manifest.files.items():
            self._file(path, record)
        for path, target in self._manifest.links.items():
            self._copied.link_symbolically(path, target)
        self._copied.chmod(self._manifest.folders[""])

    def _file(self, path: str, record: FileRecord) -> None:
        """Copy a file; hard links within the package stay hard links."""
        with self._cached.opened(path) as file:
            status = os.fstat(file)
            other = self._names.setdefault(status.st_ino, path)
            if other != path and self._manifest.files[other] == record:
                self._copied.link(path, other)
                return
            with self._copied.created(path, record.mode) as copy:
                digest = self._share(file, copy, record.size) or self._copy(file, copy, record.size)
                if digest != record.sha256 or os.fstat(copy).st_size != record.size:
                    raise PackageChanged(path)
                os.utime(copy, ns=(status.st_mtime_ns, status.st_mtime_ns))

    def _share(self, file: int, copy: int, size: int) -> str:
        """Clone a file's blocks, and return the copy's SHA-256; empty where the file system cannot."""
        if self._shares:
            try:
                fcntl.ioctl(copy, FICLONE, file)
            except OSError:
                self._shares = False
        return digest_of(copy, size, self._stopping) if self._shares else ""

    def _copy(self, file: int, copy: int, size: int) -> str:
        """Copy a file's first `size` bytes, and return their SHA-256."""
        digest = hashlib.sha256()
        for block in blocks(file, size):
            self._stopping.check()
            digest.update(block)
            write_all(copy, block)
        return digest.hexdigest()
