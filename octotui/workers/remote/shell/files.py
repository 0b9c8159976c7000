"""The files of a machine elsewhere, by its shell."""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, AsyncIterable, Collection
from contextlib import aclosing, suppress

from octotui.store.archives.entries import Limits
from octotui.workers.machine import Chunks, FileDigest, FileEntry, FileError, Unreachable, check_path
from octotui.workers.remote.answers import byte_count, one_line, understood
from octotui.workers.remote.shell.calls import ShellCall, ShellProblem
from octotui.workers.remote.shell.listing import file_entry, listed
from octotui.workers.remote.shell.reached import ShellDirectory

SMALL = 1 << 20  # bytes of a file that is sent and put in place by one call
MOST = 2 * Limits().entries  # entries of a deep listing
WRITTEN = 5.0  # seconds that the writing of what was sent before an interruption may take

_FREE = re.compile(r"\s\d+\s+-?\d+\s+(-?\d+)\s+\d+%\s")


class ShellFiles:
    """Files below the directory of a worker."""

    def __init__(self, directory: ShellDirectory) -> None:
        self._directory = directory

    async def put(self, path: str, chunks: AsyncIterable[bytes], sha256: str, offset: int = 0) -> None:
        """Send a file; what has arrived stays where it is interrupted. A small one takes one call."""
        check_path(path)
        await self._directory.reached()
        content = _Content(chunks)
        first = await content.first()
        total = str(offset + len(first)) if content.is_whole else ""
        given = (path, part_name(path, sha256), sha256, str(offset), total)
        try:
            await self._send(ShellCall("files", "put", given), first, content)
            if not content.is_whole:
                await self._directory.calls.ask("files", "put", *given[:3], "end", "")
        except ShellProblem as refusal:
            raise _put_error(path, refusal, offset, sha256) from None

    async def _send(self, call: ShellCall, first: bytes, content: "_Content") -> None:
        """Send input to a call, and wait until all of it is written, also where there is no more of it."""
        running = await self._directory.calls.open(call)
        try:
            await running.send(first)
            async for chunk in content.rest():
                await running.send(chunk)
            await running.end_input()
            await running.data()
        except BaseException:  # of the content, or a cancellation: what was sent is written
            with suppress(ShellProblem, Unreachable, TimeoutError):
                async with asyncio.timeout(WRITTEN):
                    await running.end_input()
                    await running.data()
            raise
        finally:
            await running.close()

    async def received(self, path: str, sha256: str) -> int:
        """Return the size of the interrupted transfer of this content."""
        check_path(path)
        said = await self._one(path, "received", part_name(path, sha256))
        with understood():
            return byte_count(said)

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
        with understood():
            return {asked[int(place)]: body for place, body in found if 0 <= int(place) < len(asked)}

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
        bytes_, _, digest = (await self._one(path, "digest")).partition(" ")
        with understood():
            return FileDigest(byte_count(bytes_), one_line(digest))

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
        try:
            parts = await self._directory.calls.ask("files", "free")
        except ShellProblem as problem:
            raise file_error(self._directory.path, problem) from None
        with understood():
            (line,) = parts
        found = _FREE.search(line.decode(errors="replace"))
        if found is None:
            raise FileError("the free space of its disk cannot be told: its df answers strangely")
        with understood():
            return byte_count(max(0, int(found[1])) * 1024)

    async def _one(self, path: str, verb: str, *more: str) -> str:
        """Return the one part of an answer about a path."""
        await self._directory.reached()
        try:
            parts = await self._directory.calls.ask("files", verb, path, *more)
        except ShellProblem as problem:
            raise file_error(path, problem) from None
        with understood():
            (part,) = parts
        return part.decode(errors="replace").strip()


class _Content:
    """The content of a file as it comes, of which the first part is waited for."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._problem: BaseException | None = None
        self.is_whole = False

    async def first(self) -> bytes:
        """Return all of a small file, and the beginning of a larger one."""
        found = bytearray()
        while len(found) < SMALL and not self.is_whole:
            try:
                found += await anext(self._chunks)
            except StopAsyncIteration:
                self.is_whole = True
            except Exception as problem:  # raised by `rest`: what came before is sent
                self._problem = problem
                break
        return bytes(found)

    async def rest(self) -> AsyncGenerator[bytes, None]:
        """Yield what follows. Reraises what the chunks raise."""
        if self._problem is not None:
            raise self._problem
        if not self.is_whole:
            async for chunk in self._chunks:
                yield chunk


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
