"""Downloads of packages from a folder or a server; an interrupted one is resumed (P2)."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from octotui.model.file_trust import Distrusted, FileTrust
from octotui.store.cancellation import Cancellation, Cancelled, RateLimiter
from octotui.store.packages.feeds import PackageFile
from octotui.store.private_files import opened_private

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from octotui.store.packages.http_client import HttpClient

RESERVE = 64 * 2**20  # bytes of a disk that are left free
NOTED = 1 << 12  # bytes that are read of a .sha256 file
SHA256 = re.compile(r"[0-9a-f]{64}")


class DownloadError(Exception):
    """A file cannot be fetched; the text is a sentence that says why."""


class WrongChecksum(DownloadError):
    """A file was fetched, and its checksum differs."""


class TooLarge(DownloadError):
    """A file is larger than the free space of the disk, or endless."""


class _Part(msgspec.Struct, frozen=True):
    """What a partial download was begun from: its address, and the validator (ETag or date) of the file."""

    url: str
    validator: str


def fetch(package: PackageFile, part: Path, stopping: Cancellation) -> str:
    """Fetch a package's file into `part`, and return its SHA-256; raises DownloadError, OSError or Cancelled.

    What a server sent before an interruption or a cancellation stays in `part`, to be resumed.
    """
    try:
        if package.feed.directory is not None:
            return _copy(package, part, stopping)
        return _from_server(package, part, stopping)
    except (WrongChecksum, TooLarge):
        forget(part)
        raise
    except (DownloadError, Cancelled):
        if package.feed.directory is not None:
            forget(part)
        raise
    except OSError:
        forget(part)  # it may have filled the disk
        raise


def forget(part: Path) -> None:
    """Remove a partial download and its note."""
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


def remove_empty_folders(part: Path) -> None:
    """Remove the folders of partial downloads, where they are empty."""
    with suppress(OSError):
        part.parent.rmdir()
        part.parent.parent.rmdir()


def _from_server(package: PackageFile, part: Path, stopping: Cancellation) -> str:
    from octotui.store.packages.http_client import FetchError, HttpClient  # noqa: PLC0415 - slow to load

    try:
        server = HttpClient(package.feed, stopping)
        wanted = package.sha256 or _beside(server, package)
        server.patiently(lambda: _download(server, package, part, stopping))
    except FetchError as error:
        raise DownloadError(str(error)) from error
    return _checked(package, part, wanted)


def _copy(package: PackageFile, part: Path, stopping: Cancellation) -> str:
    """Copy in chunks, throttled to the feed's rate, and verify that the copy is what was read."""
    digest, pace = hashlib.sha256(), RateLimiter(package.feed.rate, stopping)
    with _opened(package.source) as read, opened_private(part, "wb") as write:
        while data := read.read(pace.chunk):
            stopping.check()
            write.write(data)
            digest.update(data)
            pace.passed(len(data))
    if _sha256(part) != digest.hexdigest():
        raise WrongChecksum(f"{package.name} was damaged on its way: its SHA-256 differs")
    beside = f"{package.source}.sha256"
    wanted = ""
    if os.path.exists(beside):  # noqa: PTH110
        with _opened(beside) as file:
            wanted = _digest_in(package, file.read(NOTED).decode("utf-8", "replace"))
    return _checked(package, part, wanted)


def _opened(path: str) -> IO[bytes]:
    """Open a regular file in a feed's folder; raises DownloadError where everybody can change it."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise DownloadError(f"{path} is no file")
    try:
        return open(FileTrust().open(path, sys.maxsize), "rb")  # noqa: PTH123 - a descriptor
    except Distrusted as problem:
        raise DownloadError(str(problem)) from None


def _checked(package: PackageFile, part: Path, wanted: str) -> str:
    """Return the SHA-256 of the fetched file; raises WrongChecksum unless it is `wanted`, if known."""
    digest = _sha256(part)
    if wanted not in ("", digest):
        origin = "its .sha256 file" if package.checksum else "its feed"
        raise WrongChecksum(f"{package.name} is not what {origin} says: its SHA-256 is {digest}")
    return digest


def _beside(server: "HttpClient", package: PackageFile) -> str:
    """Return the checksum in a package's .sha256 file, where the server lists one."""
    if not package.checksum:
        return ""
    return _digest_in(package, server.page(package.checksum).body[:NOTED].decode("utf-8", "replace"))


def _digest_in(package: PackageFile, text: str) -> str:
    """Return the checksum in a .sha256 file, which may name the file after it."""
    first = (text.split() or [""])[0].lower()
    if not SHA256.fullmatch(first):
        raise WrongChecksum(f"{package.name} is not what its .sha256 file says: no SHA-256 stands there")
    return first


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(server: "HttpClient", package: PackageFile, part: Path, stopping: Cancellation) -> None:
    """Fetch the rest of `part`; from the start where the file changed, or the server has no ranges."""
    from octotui.store.packages.http_client import FetchError  # noqa: PLC0415

    there, headers = _half_done(package, part)
    with server.opened(package.source, headers, fine=(200, 206, 416)) as response:
        if response.status == 416:
            if there and response.headers.get("Content-Range", "").strip() == f"bytes */{there}":
                return  # the download was complete, and a later step was interrupted
            forget(part)
            raise FetchError(f"{package.source} answers with HTTP 416", again=bool(there))
        appends = response.status == 206 and _start(response.headers) == there
        if response.status == 206 and not appends:
            forget(part)
            raise FetchError(f"{package.source} sends another part than was asked for", again=True)
        _remember(package, part, response.headers)
        _receive(response, part, RateLimiter(package.feed.rate, stopping), stopping, appends=appends)


def _receive(
    response: "BaseHTTPResponse", part: Path, pace: RateLimiter, stopping: Cancellation, *, appends: bool
) -> None:
    room = shutil.disk_usage(part.parent).free - RESERVE
    with opened_private(part, "ab" if appends else "wb") as write:
        while data := response.read1(pace.chunk):
            stopping.check()
            room -= len(data)
            if room < 0:
                raise TooLarge(
                    f"{part.name} is larger than what the disk of {part.parent} has left: make room"
                )
            write.write(data)
            write.flush()  # a killed octotui resumes from here
            pace.passed(len(data))


def _half_done(package: PackageFile, part: Path) -> tuple[int, dict[str, str]]:
    """Return the size of a partial download, and the headers that request the rest if it is unchanged."""
    with suppress(OSError, msgspec.DecodeError):
        begun = msgspec.json.decode(_notes(part).read_bytes(), type=_Part)
        size = part.stat().st_size
        if begun.url == package.source and begun.validator and size:
            return size, {"Range": f"bytes={size}-", "If-Range": begun.validator}
    return 0, {}


def _remember(package: PackageFile, part: Path, headers: Mapping[str, str]) -> None:
    """Store the validator that tells later whether the file changed: a strong ETag, or a date."""
    tag = headers.get("ETag", "")
    validator = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    with opened_private(_notes(part), "wb") as notes:
        notes.write(msgspec.json.encode(_Part(package.source, validator)))


def _start(headers: Mapping[str, str]) -> int | None:
    """Return the offset at which a partial response begins."""
    match = re.match(r"bytes (\d{1,18})-", headers.get("Content-Range", ""))
    return int(match[1]) if match else None


def _notes(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")
