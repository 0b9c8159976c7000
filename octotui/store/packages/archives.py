"""Unpacking what comes from elsewhere: nothing of it may land outside of its folder, or be absurdly large."""

import gzip
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from typing import IO, Any, cast
from urllib.parse import unquote

from octotui.store.cancellation import Cancellation

LARGEST = 64 * 2**30  # bytes; what unpacks to more is broken, or worse
RATIO = 100  # times the size of the archive; only where it is more than SMALL bytes
SMALL = 256 * 2**20
MOST = 200_000  # files
HEADER = 2**20  # bytes; no honest name is longer
NUPKG = ("_rels", "[Content_Types].xml")  # what NuGet says of the package itself

_DAMAGED = (
    EOFError,
    RuntimeError,
    ValueError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
    gzip.BadGzipFile,
    tarfile.TarError,
    zipfile.BadZipFile,
)


class ArchiveError(Exception):
    """An archive that is refused; its text is the end of a sentence that begins with its name."""


def unpack(archive: Path, content: Path, stopping: Cancellation, *, zipped: bool | None = None) -> None:
    """Unpack a zip, nupkg or tar file into a new folder; raises ArchiveError, OSError or Stopped.

    Its name says which of these it is, unless the caller knows.
    """
    zipped = archive.suffix in (".zip", ".nupkg") if zipped is None else zipped
    content.mkdir(0o700)
    bounds = _Bounds(archive.stat().st_size, stopping)
    try:
        if zipped:
            with zipfile.ZipFile(archive) as unzip:
                _unzip(unzip, content, bounds, nupkg=archive.suffix == ".nupkg")
        else:
            with _plain(archive) as file, tarfile.open(fileobj=cast("IO[bytes]", file), mode="r:") as untar:
                _untar(untar, content, bounds)
    except getattr(tarfile, "FilterError", ()) as error:
        raise ArchiveError(f"holds what leads outside of it: {_shown(str(error))}") from error
    except _DAMAGED as error:
        raise ArchiveError(f"is damaged: {_shown(str(error))}") from error


class _Bounds:
    """What an archive may hold: as many files, bytes and names as make sense."""

    def __init__(self, archive: int, stopping: Cancellation) -> None:
        self._most = min(LARGEST, max(SMALL, archive * RATIO))
        self._stopping = stopping
        self._files = self._bytes = 0
        self._names: dict[str, str] = {}

    def admit(self, name: str, size: int) -> None:
        """One more entry, which must fit in, lie inside, and be no other's namesake."""
        self._stopping.check()
        self._files += 1
        self._bytes += size
        if self._bytes > self._most or self._files > MOST:
            raise ArchiveError(
                f"would unpack to {self._files:,} files and {self._bytes:,} bytes or more, which is refused"
            )
        _check_inside(name)
        path = PurePosixPath(name)
        for each in (path, *path.parents):
            text = str(each)
            other = self._names.setdefault(text.casefold(), text)
            if other != text:
                raise ArchiveError(
                    f"holds both {_shown(other)} and {_shown(text)}, which are one file on some machines"
                )


def _unzip(unzip: zipfile.ZipFile, content: Path, bounds: _Bounds, *, nupkg: bool) -> None:
    for entry in unzip.infolist():
        if nupkg:
            entry.filename = unquote(entry.filename)
            if _of_nuget(entry.filename):
                continue
        bounds.admit(entry.filename, entry.file_size)
        _check_zip_entry(entry)
        path = Path(unzip.extract(entry, content))
        mode = entry.external_attr >> 16 & 0o777
        if mode and not entry.is_dir():
            path.chmod(mode | 0o600)  # zipfile forgets what may be executed


def _of_nuget(name: str) -> bool:
    return name.partition("/")[0] in NUPKG or name.startswith("package/services/")


def _check_zip_entry(entry: zipfile.ZipInfo) -> None:
    kind = S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 1:
        raise ArchiveError("is encrypted: make it without a password")
    if kind == S_IFLNK:
        raise ArchiveError(f"holds {_shown(entry.filename)}, which is a link: make it a tar.gz to keep links")
    if kind not in (0, S_IFREG, S_IFDIR):
        raise ArchiveError(f"holds {_shown(entry.filename)}, which is a device")


def _untar(untar: tarfile.TarFile, content: Path, bounds: _Bounds) -> None:
    """Files first and links last, so that no link can lead a file elsewhere."""
    # Python 3.11.0 to 3.11.3 know no filters: there only links without ".." are let through.
    known: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    links: dict[str, tarfile.TarInfo] = {}
    for entry in _entries(untar, bounds):
        if not known:
            entry.mode &= 0o777
            if entry.issym() or entry.islnk():
                _check_inside(entry.linkname)
        if entry.issym():
            links[str(PurePosixPath(entry.name))] = entry
        else:
            untar.extract(entry, content, **known)
    for entry in untar.getmembers():
        if any(str(each) in links for each in PurePosixPath(entry.name).parents):
            raise ArchiveError(f"holds {_shown(entry.name)}, which lies behind a link")
    for entry in links.values():
        untar.extract(entry, content, **known)


def _entries(untar: tarfile.TarFile, bounds: _Bounds) -> Iterator[tarfile.TarInfo]:
    for entry in untar:
        bounds.admit(entry.name, entry.size)
        if entry.isdev():
            raise ArchiveError(f"holds {_shown(entry.name)}, which is a device")
        yield entry


@contextmanager
def _plain(archive: Path) -> Iterator["_Careful"]:
    """The bytes of a tar file, which need not be compressed."""
    with archive.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if compressed:
            with gzip.GzipFile(fileobj=raw) as unzipped:
                yield _Careful(unzipped)
        else:
            yield _Careful(raw)


class _Careful:
    """A file of which nobody gets so much at once that it fills the memory, as for a name without end."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= HEADER:
            raise ArchiveError("is damaged: it holds a header of absurd size")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


def _check_inside(name: str) -> None:
    for path in (PurePosixPath(name), PurePosixPath(name.replace("\\", "/"))):
        if path.is_absolute() or ".." in path.parts:
            raise ArchiveError(f"holds {_shown(name)}, which leads outside of it")


def _shown(name: str) -> str:
    """A name as it may stand in a sentence: in one line, and not too long."""
    plain = "".join(each if each.isprintable() else "?" for each in name)
    return plain if len(plain) <= 120 else f"{plain[:120]}…"
