"""Unpacking what comes from elsewhere: nothing of it may land outside of its folder, or be absurdly large."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LARGEST = 64 * 2**30  # bytes; what says it unpacks to more is broken, or worse
MOST = 1_000_000  # files


class ArchiveError(Exception):
    """An archive that is refused; its text is the end of a sentence that begins with its name."""


def unpack(archive: Path, content: Path) -> None:
    """Unpack a zip or tar file into a new folder; raises ArchiveError or what is wrong with the file."""
    content.mkdir()
    if archive.suffix in (".zip", ".nupkg"):
        with zipfile.ZipFile(archive) as unzip:
            _unzip(unzip, content)
    else:
        with tarfile.open(archive) as untar:
            _untar(untar, content)


def _unzip(unzip: zipfile.ZipFile, content: Path) -> None:
    entries = unzip.infolist()
    _check_size(len(entries), sum(each.file_size for each in entries))
    for entry in entries:
        _check_inside(entry.filename)
        path = Path(unzip.extract(entry, content))
        mode = entry.external_attr >> 16 & 0o777
        if mode and not entry.is_dir():
            path.chmod(mode | 0o600)  # zipfile forgets what may be executed


def _untar(untar: tarfile.TarFile, content: Path) -> None:
    # Python 3.11.0 to 3.11.3 know no filters: there only links without ".." are let through.
    known: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    try:
        untar.extractall(content, members=_checked(untar, strict=not known), **known)
    except getattr(tarfile, "FilterError", ()) as error:
        raise ArchiveError(f"holds what leads outside of it: {error}") from error


def _checked(untar: tarfile.TarFile, *, strict: bool) -> Iterator[tarfile.TarInfo]:
    size = 0
    for count, entry in enumerate(untar, 1):
        size += entry.size
        _check_size(count, size)
        _check_inside(entry.name)
        if entry.isdev():
            raise ArchiveError(f"holds {entry.name}, which is a device")
        if strict and (entry.issym() or entry.islnk()):
            _check_inside(entry.linkname)
        yield entry


def _check_size(files: int, size: int) -> None:
    if size > LARGEST or files > MOST:
        raise ArchiveError(f"would unpack to {files:,} files and {size:,} bytes, which is refused")


def _check_inside(name: str) -> None:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ArchiveError(f"holds {name}, which leads outside of it")
