"""What an ended attempt has left in its workspace on another machine."""

import os
import stat
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from octotui.model.complaints import Reason
from octotui.store.archives.entries import Limits
from octotui.store.artifacts import LARGEST, ArtifactError
from octotui.store.directory import Directory, write_all
from octotui.store.private_files import make_folder
from octotui.workers.agent.frames import Header
from octotui.workers.machine import Chunks
from octotui.workers.remote.answers import STRANGE, one_line
from octotui.workers.remote.calls import CallFailed
from octotui.workers.remote.worker_directory import WorkerDirectory

MOST = Limits().entries


class RemoteWorkspaceFiles:
    """The files of an ended attempt, read with the rights that its script had."""

    def __init__(self, directory: WorkerDirectory, folder: str) -> None:
        """Take the name of its folder in the directory of a worker."""
        self._directory = directory
        self._folder = folder

    async def get(self, path: str, largest: int, below: str = "") -> Chunks:
        """Yield an ordinary file."""
        at = await self._directory.reached()
        workspace = f"{at.path}/work/{self._folder}"
        given = {"workspace": workspace, "path": path, "largest": largest, "below": below}
        try:
            async with at.channel.call("workspace get", given) as call, aclosing(call.parts()) as parts:
                async for _, chunk in parts:
                    yield chunk
        except CallFailed as problem:
            raise ArtifactError(str(problem)) from None

    async def save(self, folder: Path) -> Reason | None:
        """Bring all that the script has left to a folder; return the problem, or None."""
        at = await self._directory.reached()
        given = {"workspace": f"{at.path}/work/{self._folder}", "largest": LARGEST, "most": MOST}
        saving = _Saving(folder)
        try:
            async with at.channel.call("workspace save", given) as call:
                async for header, chunk in call.parts():
                    saving.take(header, chunk)
        except (CallFailed, OSError, *STRANGE) as problem:
            why = one_line(getattr(problem, "strerror", None) or problem)
            return f"what was left in the workspace cannot be kept: {why}"
        finally:
            saving.close()
        return None


class _Saving:
    """Entries as they arrive, written to a new folder through no link."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self._folder: Directory | None = None
        self._close: Callable[[], object] = lambda: None
        self._file = -1
        self._size = 0

    def take(self, header: Header, chunk: bytes) -> None:
        """Take an entry, or more of the last file. Raises OSError or an error of STRANGE."""
        if "entry" in header:
            path, kind, mode, target = header["entry"]
            self._begin(str(path), str(kind), int(mode), str(target))
        elif self._file >= 0:
            self._size += len(chunk)
            if self._size > LARGEST:
                raise ValueError("a file is larger than it was")
            write_all(self._file, chunk)

    def close(self) -> None:
        """Close what is open."""
        self._close()
        if self._folder is not None:
            self._folder.close()

    def _begin(self, path: str, kind: str, mode: int, target: str) -> None:
        self._close()
        self._close, self._file, self._size = lambda: None, -1, 0
        if self._folder is None:
            make_folder(self._path)
            self._folder = Directory(self._path)
        permitted = stat.S_IMODE(mode) & 0o755
        if kind == "folder":
            self._folder.make(path, permitted | 0o700)
        elif kind == "link":
            self._folder.link_symbolically(path, target)
        elif kind == "pipe":
            with self._folder.parent(path) as (parent, name):
                os.mknod(name, stat.S_IFIFO | 0o600, dir_fd=parent)
        elif kind == "file":
            opened = self._folder.created(path, permitted | 0o600)
            self._file = opened.__enter__()
            self._close = lambda: opened.__exit__(None, None, None)
