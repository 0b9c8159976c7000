"""Sending of an unpacked package: what is missing, as one archive, and large files by themselves."""

import asyncio
import os
import stat
import tarfile
import time
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from octotui.store.packages.manifest import BLOCK, PackageManifest
from octotui.workers.remote.shell.calls import ShellCall
from octotui.workers.remote.shell.comparison import SurveyedFolder
from octotui.workers.remote.shell.files import ShellFiles, part_name
from octotui.workers.remote.shell.reached import ShellDirectory

LARGE = 1 << 23  # bytes of a file that is sent by itself, so that it is resumed within it
RECORD = 512  # bytes that an archive is divided into


async def send_package(
    directory: ShellDirectory,
    files: ShellFiles,
    folder: str,
    content: Path,
    manifest: PackageManifest,
    there: SurveyedFolder | None,
) -> None:
    """Make a folder over there hold an unpacked package, of which some may be there.

    Raises ShellProblem, FileError, OSError or Unreachable.
    """
    missing = [path for path in manifest.files if there is None or not _has(there, manifest, path)]
    large = [path for path in missing if manifest.files[path].size >= LARGE]
    small = [path for path in missing if manifest.files[path].size < LARGE]
    await _drop(directory, folder, _superfluous(manifest, there, missing, large))
    call = await directory.calls.open(ShellCall("packages", "unpack", (folder,)))
    try:
        async for data in _archive(content, manifest, small):
            await call.send(data)
        await call.end_input()
        await call.data()
    finally:
        await call.close()
    for path in large:
        await _send_large(directory, files, folder, content, manifest, path)
    await _arrange(directory, folder, manifest, large)


def _has(there: SurveyedFolder, manifest: PackageManifest, path: str) -> bool:
    """Return whether a file is there as it should be."""
    entry, record = there.entries.get(path), manifest.files[path]
    if entry is None or not stat.S_ISREG(entry.mode) or stat.S_IMODE(entry.mode) != record.mode:
        return False
    return there.sums.get(path) == record.sha256


def _superfluous(
    manifest: PackageManifest, there: SurveyedFolder | None, missing: Iterable[str], large: Iterable[str]
) -> list[str]:
    """Return what goes before anything is sent: what is wrong, and all links."""
    if there is None:
        return []
    parts = {f"{path.rpartition('/')[0]}/{part_name(path, manifest.files[path].sha256)}" for path in large}
    kept = manifest.files.keys() - set(missing) | {each.removeprefix("/") for each in parts}
    folders = {
        path for path in manifest.folders if path in there.entries and stat.S_ISDIR(there.entries[path].mode)
    }
    return [path for path in there.entries if path and path not in kept and path not in folders]


async def _drop(directory: ShellDirectory, folder: str, paths: Iterable[str]) -> None:
    names = b"".join(f"./{each}\0".encode(errors="surrogateescape") for each in paths)
    if names:
        await directory.calls.ask("packages", "drop", folder, str(len(names)), body=names)


async def _archive(
    content: Path, manifest: PackageManifest, paths: Iterable[str]
) -> AsyncGenerator[bytes, None]:
    """Yield a tar archive: folders that may be written to, files, and links last."""
    for path in sorted(manifest.folders)[1:]:
        yield _header(path, tarfile.DIRTYPE, 0o700)
    for path in paths:
        source = content / path
        status = await asyncio.to_thread(source.lstat)
        record = manifest.files[path]
        yield _header(path, tarfile.REGTYPE, record.mode, size=record.size, changed=status.st_mtime)
        async for data in _read(source, 0):
            yield data
        yield bytes(-record.size % RECORD)
    for path, target in manifest.links.items():
        yield _header(path, tarfile.SYMTYPE, 0o777, target=target)
    yield bytes(2 * RECORD)


def _header(
    path: str, kind: bytes, mode: int, *, size: int = 0, changed: float = 0.0, target: str = ""
) -> bytes:
    entry = tarfile.TarInfo(f"./{path}")
    entry.type, entry.mode, entry.size, entry.mtime, entry.linkname = kind, mode, size, int(changed), target
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


async def _read(source: Path, offset: int) -> AsyncGenerator[bytes, None]:
    file = await asyncio.to_thread(os.open, source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while data := await asyncio.to_thread(os.pread, file, BLOCK, offset):
            yield data
            offset += len(data)
    finally:
        os.close(file)


async def _send_large(
    directory: ShellDirectory,
    files: ShellFiles,
    folder: str,
    content: Path,
    manifest: PackageManifest,
    path: str,
) -> None:
    """Send a file by itself, from where an interrupted transfer of it ended."""
    digest = manifest.files[path].sha256
    at = await files.received(f"{folder}/{path}", digest)
    await files.put(f"{folder}/{path}", _read(content / path, at), digest, at)
    changed = time.strftime("%Y%m%d%H%M.%S", time.gmtime((content / path).lstat().st_mtime))
    await directory.calls.ask("packages", "stamp", f"{folder}/{path}", changed)


async def _arrange(
    directory: ShellDirectory, folder: str, manifest: PackageManifest, large: Iterable[str]
) -> None:
    """Set the modes of large files, and of folders from the deepest on."""
    modes = [(path, manifest.files[path].mode) for path in large]
    modes += [(path, manifest.folders[path]) for path in sorted(manifest.folders, reverse=True)]
    body = b"".join(f"{mode:o}\0./{path}\0".encode(errors="surrogateescape") for path, mode in modes)
    await directory.calls.ask("packages", "arrange", folder, str(len(body)), body=body)
