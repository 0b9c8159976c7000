"""The files of a machine elsewhere, by its shell."""

import hashlib
import re
from collections.abc import AsyncIterable, Collection
from contextlib import aclosing

from octotui.store.archives.entries import Limits
from octotui.workers.machine import Chunks, FileDigest, FileEntry, FileError, check_path
from octotui.workers.remote.shell.calls import ShellCall, ShellProblem
from octotui.workers.remote.shell.listing import file_entry, listed
from octotui.workers.remote.shell.reached import ShellDirectory

SMALL = 1 << 20  # bytes of a file that is sent and put in place by one call
MOST = 2 * Limits().entries  # entries of a deep listing
CHUNK = 1 << 20

_FREE = re.compile(r"\s\d+\s+-?\d+\s+(-?\d+)\s+\d+%\s")


class ShellFiles:
    """Files below the directory of a worker."""

    def __init__(self, directory: ShellDirectory) -> None:
        self._directory = directory

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Send a file; what has arrived stays where it is interrupted. A small one takes one call."""
        check_path(path)
        await self._directory.reached()
        incoming = aiter(chunks)
        first, is_whole = bytearray(), False
        problem: BaseException | None = None
        try:
            while len(first) < SMALL and not is_whole:
                chunk = await anext(incoming, None)
                is_whole = chunk is None
                first += chunk or b""
        except BaseException as error:
            problem = error
        total = str(offset + len(first)) if is_whole else ""
        given = (path, part_name(path, sha256), sha256, str(offset), total)
        try:
            call = await self._directory.calls.open(ShellCall("files", "put", given))
            try:
                try:
                    await call.send(bytes(first))
                    if problem is not None:
                        raise problem
                    if not is_whole:
                        async for chunk in incoming:
                            await call.send(chunk)
                finally:
                    await call.end_input()
                    await call.data()  # all that was sent is written by then
            finally:
                await call.close()
            if not is_whole:
                await self._directory.calls.ask("files", "put", *given[:3], "end", "")
        except ShellProblem as refusal:
            raise _put_error(path, refusal, offset, sha256) from None

    async def received(self, path: str, sha256: str) -> int:
        """Return the size of the interrupted transfer of this content."""
        check_path(path)
        return int(await self._one(path, "received", part_name(path, sha256)))

    async def get(self, path: str, offset: int = 0) -> Chunks:
        """Yield the content of an ordinary file from an offset on."""
        check_path(path)
        await self._directory.reached()
        try:
            call = await self._directory.calls.open(ShellCall("files", "get", (path, str(offset))))
            try:
                await call.end_input()
                async with aclosing(call.pieces()) as pieces:
                    async for piece in pieces:
                        if piece.data:
                            yield piece.data
            finally:
                await call.close()
        except ShellProblem as problem:
            raise file_error(path, problem) from None

    async def read(self, folder: str, names: Collection[str], largest: int) -> dict[str, bytes]:
        """Return the beginnings of files in a folder."""
        for each in (folder, *names):
            check_path(each)
        asked = list(names)
        await self._directory.reached()
        try:
            parts = await self._directory.calls.ask("files", "some", folder, str(largest), *asked)
        except ShellProblem as problem:
            raise file_error(folder, problem) from None
        found = (part.partition(b" ")[::2] for part in parts)
        return {asked[int(place)]: body for place, body in found if int(place) < len(asked)}

    async def list(self, folder: str, *, deep: bool = False) -> tuple[FileEntry, ...]:
        """Return the entries of a folder, or of all folders in it."""
        check_path(folder)
        await self._directory.reached()
        try:
            parts = await self._directory.calls.ask("files", "list", folder, "deep" if deep else "")
        except ShellProblem as problem:
            raise file_error(folder, problem) from None
        if len(parts) > MOST:
            raise FileError(f"{folder} holds more than {MOST:,} files")
        entries = (file_entry(folder, each) for part in parts if (each := listed(part)) is not None)
        return tuple(sorted(entries, key=lambda each: each.path))

    async def digest(self, path: str) -> FileDigest:
        """Return size and SHA-256 of an ordinary file."""
        check_path(path)
        size, _, digest = (await self._one(path, "digest")).partition(" ")
        return FileDigest(int(size), digest.strip())

    async def remove(self, path: str) -> None:
        """Remove a file, or a folder with its contents."""
        check_path(path)
        await self._directory.reached()
        try:
            await self._directory.calls.ask("files", "remove", path)
        except ShellProblem as problem:
            raise file_error(path, problem) from None

    async def free(self) -> int:
        """Return the free bytes of the disk."""
        await self._directory.reached()
        (line,) = await self._directory.calls.ask("files", "free")
        found = _FREE.search(line.decode(errors="replace"))
        if found is None:
            raise FileError("the free space of its disk cannot be told: its df answers strangely")
        return int(found[1]) * 1024

    async def _one(self, path: str, verb: str, *more: str) -> str:
        """Return the one part of an answer about a path."""
        await self._directory.reached()
        try:
            (part,) = await self._directory.calls.ask("files", verb, path, *more)
        except ShellProblem as problem:
            raise file_error(path, problem) from None
        return part.decode(errors="replace").strip()


def file_error(path: str, problem: ShellProblem) -> FileError:
    """Return why a path cannot be used."""
    if problem.kind == "missing":
        return FileError(f"{path} is not there, or is no ordinary file")
    return FileError(f"{path} cannot be used: {problem}")


def _put_error(path: str, problem: ShellProblem, offset: int, sha256: str) -> FileError:
    match problem.kind:
        case "short":
            return FileError(f"{path} cannot be resumed at {offset:,}: less of it is there")
        case "damaged":
            return FileError(f"{path} was damaged on its way: its SHA-256 is {problem}, not {sha256}")
        case "cut":
            return FileError(f"{path} did not arrive as a whole: send the rest")
        case _:
            return file_error(path, problem)


def part_name(path: str, sha256: str) -> str:
    """Return the name of an incomplete transfer in the file's folder, which no other content shares."""
    if len(sha256) != 64 or not sha256.isalnum() or not sha256.isascii():
        raise FileError(f"{sha256!r} is no SHA-256")
    name = path.rpartition("/")[2].encode(errors="surrogateescape")
    return f".{hashlib.sha256(name).hexdigest()[:16]}.{sha256[:32]}.part"
