"""A worker's package cache: copied from a feed, checked, extracted; all of it or nothing (P2, P3)."""

import hashlib
import os
import shutil
import tarfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHUNK = 64 * 1024
LARGEST = 64 * 2**30  # bytes; what says it unpacks to more is broken, or worse

Cancelled = Callable[[], bool]
Tell = Callable[[str], None]


class PackageError(Exception):
    """A package that can't be had; its text is the sentence that says why."""


def acquire(
    source: Path,
    package: str,
    version: str,
    cache: Path,
    rate: int | None,
    tell: Tell,
    cancelled: Cancelled,
) -> Path:
    """Get a package into a worker's cache, at most `rate` bytes a second, and say where it lies."""
    target = cache / package / version
    if target.is_dir():
        tell(f"{package} {version} is in the cache")
        return target
    work = cache / f".{package}.{version}.{os.getpid()}"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(0o700, parents=True)
        copy = work / source.name
        tell(f"copying {source.name}, {source.stat().st_size:,} bytes")
        digest = _copy(source, copy, rate, cancelled)
        _check(source, copy, digest)
        _extract(copy, work / "content")
        target.parent.mkdir(parents=True, exist_ok=True)
        (work / "content").rename(target)
        tell(f"{package} {version} is extracted, SHA-256 {digest}")
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise PackageError(f"{source.name} cannot be used: {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _copy(source: Path, copy: Path, rate: int | None, cancelled: Cancelled) -> str:
    """Copy in chunks, no faster than the rate; what was read decides the digest."""
    digest = hashlib.sha256()
    chunk = CHUNK if rate is None else max(1, min(CHUNK, rate // 10))
    started, done = time.monotonic(), 0
    with source.open("rb") as read, copy.open("wb") as write:
        while data := read.read(chunk):
            if cancelled():
                raise PackageError(f"acquiring {source.name} was cancelled")
            write.write(data)
            digest.update(data)
            done += len(data)
            if rate is not None:
                time.sleep(max(0.0, done / rate - (time.monotonic() - started)))
    return digest.hexdigest()


def _check(source: Path, copy: Path, digest: str) -> None:
    """Compare what arrived with what was sent, and with the checksum beside the package, if any."""
    with copy.open("rb") as arrived:
        if hashlib.file_digest(arrived, "sha256").hexdigest() != digest:
            raise PackageError(f"{source.name} was damaged on its way: its SHA-256 differs")
    with suppress(FileNotFoundError):
        wanted = source.with_name(source.name + ".sha256").read_text().split()[:1]
        if wanted != [digest]:
            raise PackageError(f"{source.name} is not what its .sha256 file says: its SHA-256 is {digest}")


def _extract(archive: Path, content: Path) -> None:
    """Unpack into a new folder; paths and links that lead outside are refused."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as unzip:
            _refuse(unzip.filename or "", sum(each.file_size for each in unzip.infolist()))
            for name in unzip.namelist():
                if Path(name).is_absolute() or ".." in Path(name).parts:
                    raise PackageError(f"{archive.name} holds {name}, which leads outside of it")
            unzip.extractall(content)
        return
    with tarfile.open(archive) as untar:
        _refuse(archive.name, sum(each.size for each in untar))
        try:
            untar.extractall(content, filter="data")
        except tarfile.FilterError as error:
            raise PackageError(f"{archive.name} holds what leads outside of it: {error}") from error
    content.mkdir(exist_ok=True)


def _refuse(name: str, size: int) -> None:
    if size > LARGEST:
        raise PackageError(f"{Path(name).name} would unpack to {size:,} bytes, which is refused")
