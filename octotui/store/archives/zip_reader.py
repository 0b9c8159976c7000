"""Zip files, and NuGet packages, which are zip files too."""

import zipfile
from collections.abc import Iterator
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from typing import IO, cast
from urllib.parse import unquote

from octotui.store.archives.bounded_file import BoundedFile
from octotui.store.archives.entries import CHUNK, ArchiveError, Entry, parsing, shown

DIRECTORY = 32 * 2**20  # bytes of the central directory
MINIMAL, SIGNATURE = 46, b"PK\1\2"  # of an entry in it: bytes without a name, and the magic number
NUPKG = ("_rels", "[Content_Types].xml")  # NuGet's metadata of the package itself


class _CountedFile(BoundedFile):
    """A zip file whose directory is counted before it is parsed, which costs far more."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        super().__init__(file, DIRECTORY)
        self._most = most

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; raises ArchiveError also where they list too many entries."""
        data = super().read(size)
        if len(data) > MINIMAL * self._most and (count := data.count(SIGNATURE)) > self._most:
            raise ArchiveError(f"holds {count:,} files, which is refused")
        return data


class ZipReader:
    """A zip file; its central directory counts, and each entry must agree with it."""

    def __init__(self, raw: IO[bytes], *, nupkg: bool, most: int) -> None:
        """Parse the central directory of at most `most` entries; raises ArchiveError."""
        self._nupkg = nupkg
        self._file = _CountedFile(raw, most)
        with parsing():
            self._zip = zipfile.ZipFile(cast("IO[bytes]", self._file))
        self._infos = dict(enumerate(self._zip.infolist()))

    def entries(self) -> Iterator[Entry]:
        """Yield its entries; raises ArchiveError."""
        for number, info in self._infos.items():
            name = unquote(info.filename) if self._nupkg else info.filename
            if self._nupkg and _of_nuget(name):
                continue
            _check(info, name)
            mode = info.external_attr >> 16
            yield Entry(
                name=name,
                kind="folder" if info.filename.endswith("/") else "file",
                size=info.file_size,
                mode=mode & 0o7777 if mode else 0o644,
                blocks=((0, number, info.file_size),),
            )

    def content(self, entry: Entry) -> Iterator[bytes]:
        """Yield a file's content in chunks; raises ArchiveError."""
        ((_, number, _),) = entry.blocks
        self._file.allow(DIRECTORY)
        with parsing(), self._zip.open(self._infos[number]) as content:
            while chunk := content.read(CHUNK):
                self._file.allow(DIRECTORY)
                yield chunk


def _of_nuget(name: str) -> bool:
    return name.partition("/")[0] in NUPKG or name.startswith("package/services/")


def _check(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse anything but files and folders; raises ArchiveError."""
    kind = S_IFMT(info.external_attr >> 16)
    if "\0" in info.orig_filename:
        raise ArchiveError(f"holds {shown(info.orig_filename)}, whose name has control characters")
    if info.flag_bits & 1:
        raise ArchiveError("is encrypted: make it without a password")
    if kind == S_IFLNK:
        raise ArchiveError(f"holds {shown(name)}, which is a link: make it a tar.gz to keep links")
    if kind not in (0, S_IFREG, S_IFDIR):
        raise ArchiveError(f"holds {shown(name)}, which is a device")
