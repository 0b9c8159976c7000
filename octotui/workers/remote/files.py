"""The files of a machine elsewhere, by calls to its relay."""

from collections.abc import AsyncIterable, Collection
from contextlib import aclosing, suppress
from typing import Annotated, Any, Literal

import msgspec

from octotui.store.archives.entries import Limits
from octotui.workers.agent.frames import Header
from octotui.workers.machine import Chunks, FileDigest, FileEntry, FileError, check_path
from octotui.workers.remote.answers import LARGEST, STRANGE, byte_count, one_line, understood
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.worker_directory import WorkerDirectory

MOST = 2 * Limits().entries  # entries of a deep listing
LARGEST_LISTING = 1 << 28  # bytes

_Size = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
_Listed = tuple[str, Literal["file", "folder", "link", "other"], _Size]


class RemoteFiles:
    """Files below the directory of a worker."""

    def __init__(self, directory: WorkerDirectory) -> None:
        self._directory = directory

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Send a file; what has arrived stays where it is interrupted."""
        check_path(path)
        _check_digest(sha256)
        at = await self._directory.reached()
        given = {"in": at.path, "path": path, "sha256": sha256, "offset": offset}
        try:
            async with at.channel.call("put", given) as call:
                try:
                    async for chunk in chunks:
                        if not await call.send(chunk):
                            break
                except BaseException:
                    call.stop()
                    with suppress(CallFailed):
                        await call.answer()  # all that was sent is written by then
                    raise
                call.end()
                await call.answer()
        except CallFailed as problem:
            raise _file_error(path, problem) from None

    async def received(self, path: str, sha256: str) -> int:
        """Return the size of the interrupted transfer of this content."""
        _check_digest(sha256)
        header, _ = await self._ask("received", path, sha256=sha256)
        with understood():
            return byte_count(header["size"])

    async def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of an ordinary file from an offset on."""
        check_path(path)
        at = await self._directory.reached()
        given = {"in": at.path, "path": path, "offset": offset}
        try:
            async with at.channel.call("get", given) as call, aclosing(call.parts()) as parts:
                async for _, chunk in parts:
                    yield chunk
        except CallFailed as problem:
            raise _file_error(path, problem) from None

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the beginnings of files in a folder."""
        for each in (folder, *names):
            check_path(each)
        at = await self._directory.reached()
        given = {"in": at.path, "path": folder, "largest": largest}
        found: dict[str, bytearray] = {}
        last = bytearray()
        try:
            async with at.channel.call("read", given, msgspec.json.encode([*names])) as call:
                async for header, chunk in call.parts():
                    with understood():
                        if header.get("name") in names:
                            last = found[header["name"]] = bytearray()
                    last += chunk[: largest - len(last)]
        except CallFailed as problem:
            raise _file_error(folder, problem) from None
        return {name: bytes(body) for name, body in found.items()}

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the entries of a folder, or of all folders in it."""
        check_path(folder)
        at = await self._directory.reached()
        given = {"in": at.path, "path": folder, "deep": deep, "most": MOST}
        body = bytearray()
        try:
            async with at.channel.call("list", given) as call:
                async for _, chunk in call.parts():
                    body += chunk
                    if len(body) > LARGEST_LISTING:
                        raise FileError(f"the list of {folder} is too long")
            entries = [FileEntry(*each) for each in msgspec.json.decode(body, type=list[_Listed])]
        except CallFailed as problem:
            raise _file_error(folder, problem) from None
        except STRANGE as problem:
            raise FileError(f"the list of {folder} is strange: {one_line(problem)}") from None
        return tuple(entries)

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of an ordinary file."""
        header, _ = await self._ask("digest", path)
        with understood():
            return FileDigest(byte_count(header["size"]), one_line(header["sha256"]))

    async def remove(self, path: str) -> None:
        """Remove a file, or a folder with its contents."""
        await self._ask("remove", path)

    async def free(self) -> int:
        """Return the free bytes of the disk."""
        at = await self._directory.reached()
        try:
            header, _ = await at.channel.ask("free", {"in": at.path})
        except CallFailed as problem:
            raise _file_error(at.path, problem) from None
        with understood():
            return byte_count(header["size"])

    async def _ask(self, do: str, path: str, **more: Any) -> tuple[Header, bytes]:
        check_path(path)
        at = await self._directory.reached()
        try:
            return await at.channel.ask(do, {"in": at.path, "path": path, **more})
        except CallFailed as problem:
            raise _file_error(path, problem) from None


def _file_error(path: str, problem: CallFailed) -> FileError:
    if problem.kind == "refused":
        return FileError(str(problem))
    if problem.kind == "missing":
        return FileError(f"{path} is not there, or is no ordinary file")
    return FileError(f"{path} cannot be used: {problem}")


def _check_digest(sha256: str) -> None:
    if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():
        raise FileError(f"{sha256!r} is no SHA-256")
