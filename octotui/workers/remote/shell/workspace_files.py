"""What an ended attempt has left in its workspace on a machine without Python."""

import asyncio
import os
import stat
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from pathlib import Path

from octotui.model.complaints import Reason
from octotui.store.archives.entries import Limits
from octotui.store.artifacts import LARGEST, ArtifactError
from octotui.store.directory import Directory, write_all
from octotui.store.private_files import make_folder
from octotui.workers.agent.relay.confined_paths import confined
from octotui.workers.machine import Chunks
from octotui.workers.remote.shell.calls import RunningCall, ShellCall, ShellProblem
from octotui.workers.remote.shell.listing import ListedEntry, listed
from octotui.workers.remote.shell.reached import ShellDirectory

MOST = Limits().entries
OURS = frozenset({"script", "values", "octotui.kubeconfig"})


class ShellWorkspaceFiles:
    """The files of an ended attempt, read with the rights that its script had."""

    def __init__(self, directory: ShellDirectory, folder: str) -> None:
        """Take the path of its workspace in the directory of a worker."""
        self._directory = directory
        self._folder = folder

    async def get(self, path: str, largest: int, below: str = "") -> Chunks:
        """Yield an ordinary file."""
        if "\0" in path:
            raise ArtifactError("its path is no path of a machine")
        given: tuple[str, ...] = (str(largest), self._folder, path)
        if below:
            facts = await self._directory.reached()
            try:
                folder, inside = confined(f"{facts.directory}/{self._folder}", path, below)
            except ValueError as problem:
                raise ArtifactError(str(problem)) from None
            given = (str(largest), folder, inside, "confined")
        try:
            call = await self._directory.calls.open(ShellCall("files", "artifact", given))
            try:
                await call.end_input()
                async with aclosing(call.pieces()) as pieces:
                    async for piece in pieces:
                        if piece.data:
                            yield piece.data
            finally:
                await call.close()
        except ShellProblem as problem:
            raise ArtifactError(_why(problem, largest)) from None

    async def save(self, folder: Path) -> Reason | None:
        """Bring all that the script has left to a folder; return the problem, or None."""
        try:
            parts = await self._directory.calls.ask("files", "list", self._folder, "deep")
            entries = [each for part in parts if (each := listed(part)) is not None and each.path not in OURS]
            if len(entries) > MOST:
                return f"what was left in the workspace cannot be kept: it is more than {MOST:,} files"
            if entries:
                await self._bring(sorted(entries), folder)
        except (ShellProblem, OSError, ValueError) as problem:
            why = getattr(problem, "strerror", None) or problem
            return f"what was left in the workspace cannot be kept: {why}"
        return None

    async def _bring(self, entries: Sequence[ListedEntry], folder: Path) -> None:
        """Write entries to a new folder; links come last, so that nothing is written through one."""
        files = [each for each in entries if stat.S_ISREG(each.mode)]
        links = [each for each in entries if stat.S_ISLNK(each.mode)]
        make_folder(folder)
        with Directory(folder) as kept:
            for each in entries:
                if stat.S_ISDIR(each.mode):
                    kept.make(each.path, stat.S_IMODE(each.mode) & 0o755 | 0o700)
                elif stat.S_ISFIFO(each.mode):
                    with kept.parent(each.path) as (parent, name):
                        os.mknod(name, stat.S_IFIFO | 0o600, dir_fd=parent)
            names = b"".join(f"./{each.path}\0".encode(errors="surrogateescape") for each in (*files, *links))
            given = (self._folder, str(len(names)))
            call = await self._directory.calls.open(ShellCall("files", "contents", given))
            try:
                await call.send(names)
                await call.end_input()
                await _Contents(kept, (*files, *links)).take(call)
            finally:
                await call.close()


class _Contents:
    """The contents of files and the targets of links, as they arrive: in the order of the entries."""

    def __init__(self, folder: Directory, entries: Sequence[ListedEntry]) -> None:
        self._folder = folder
        self._entries = iter(entries)
        self._entry: ListedEntry | None = None
        self._file = ExitStack()
        self._opened = -1
        self._size = 0
        self._target = bytearray()

    async def take(self, call: RunningCall) -> None:
        """Write all. Raises ShellProblem, OSError or ValueError."""
        try:
            async with aclosing(call.pieces()) as pieces:
                async for piece in pieces:
                    if piece.is_first:
                        self._finish()
                        self._begin(next(self._entries, None))
                    await self._add(piece.data)
            self._finish()
        finally:
            self._file.close()

    def _begin(self, entry: ListedEntry | None) -> None:
        if entry is None:
            raise ValueError("it holds other files than it was said to")
        self._entry, self._size, self._target = entry, 0, bytearray()
        if stat.S_ISREG(entry.mode):
            mode = stat.S_IMODE(entry.mode) & 0o755 | 0o600
            self._opened = self._file.enter_context(self._folder.created(entry.path, mode))

    async def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LARGEST:
            raise ValueError("a file is too large")
        if self._entry is not None and stat.S_ISREG(self._entry.mode):
            await asyncio.to_thread(write_all, self._opened, data)
        else:
            self._target += data

    def _finish(self) -> None:
        self._file.close()
        if self._entry is not None and stat.S_ISLNK(self._entry.mode):
            target = self._target.removesuffix(b"\n").decode(errors="surrogateescape")
            self._folder.link_symbolically(self._entry.path, target)
        self._entry = None


def _why(problem: ShellProblem, largest: int) -> str:
    match problem.kind:
        case "kind":
            return f"it is {problem}, and only ordinary files are kept"
        case "large":
            return f"it is larger than {largest >> 20} MiB, the most that is kept of one file"
        case "missing":
            return "its workspace is not there any more"
        case _:
            return str(problem)
