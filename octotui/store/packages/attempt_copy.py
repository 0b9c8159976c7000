"""A copy of a package for one attempt at a job: what its script does to it reaches nobody else (P4).

Where the file system can do that, its blocks are those of the cache until one of the two is written to (a
reflink). Hard links would be one file for both.
"""

import fcntl
import hashlib
import os
import sys
from pathlib import Path

from octotui.store.cancellation import Cancellation
from octotui.store.directory import Directory, remove_tree, write_all
from octotui.store.packages.manifest import FileRecord, PackageChanged, PackageManifest, blocks, digest_of

FICLONE = 0x40049409  # of Linux: share all blocks of a file


def copy_package(source: Path, manifest: PackageManifest, target: Path, stopping: Cancellation) -> None:
    """Copy what the manifest says into a new folder; raises PackageChanged, OSError or Cancelled.

    What was copied is compared with the manifest, not what lies in the cache: that may change meanwhile.
    Nothing stays of a copy that went wrong.
    """
    target.mkdir(0o700)
    try:
        with Directory(target) as copied, Directory(source) as cached:
            _Copy(cached, copied, manifest, stopping).make()
    except BaseException:
        remove_tree(target)
        raise


class _Copy:
    """One copy while it is made: folders, then files, then links."""

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
        """Copy a file; one that has several names in the cache gets them here, too."""
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
        """Share a file's blocks, and say the SHA-256 of the copy; nothing where the file system cannot."""
        if self._shares:
            try:
                fcntl.ioctl(copy, FICLONE, file)
            except OSError:
                self._shares = False
        return digest_of(copy, size, self._stopping) if self._shares else ""

    def _copy(self, file: int, copy: int, size: int) -> str:
        """Copy a file's first bytes, and say their SHA-256."""
        digest = hashlib.sha256()
        for block in blocks(file, size):
            self._stopping.check()
            digest.update(block)
            write_all(copy, block)
        return digest.hexdigest()
