"""A worker's package cache: copied from a feed, checked, extracted; all of it or nothing (P2, P3)."""

import hashlib
import os
import shutil
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from octotui.store.archives import ArchiveError, unpack

CHUNK = 64 * 1024

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
        unpack(copy, work / "content")
        target.parent.mkdir(parents=True, exist_ok=True)
        (work / "content").rename(target)
        tell(f"{package} {version} is extracted, SHA-256 {digest}")
    except ArchiveError as error:
        raise PackageError(f"{source.name} {error}") from error
    except OSError as error:
        raise PackageError(f"{source.name} cannot be used: {error.strerror or error}") from error
    except (EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, tarfile.TarError) as error:
        raise PackageError(f"{source.name} is damaged: {error}") from error
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
