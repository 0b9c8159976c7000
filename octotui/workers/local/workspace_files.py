"""What an attempt has left in its workspace on this machine."""

import asyncio
import os
from pathlib import Path

from octotui.model.complaints import Reason
from octotui.store.artifacts import ArtifactError, keep_workspace, open_source
from octotui.workers.agent.relay.confined_paths import confined
from octotui.workers.agent.relay.folder import parent_of
from octotui.workers.local.supervisors.workspaces import FILES
from octotui.workers.machine import Chunks

CHUNK = 1 << 20


class LocalWorkspaceFiles:
    """The files of an ended attempt, read with the rights that its script had."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    async def get(self, path: str, largest: int, below: str = "") -> Chunks:
        """Yield an ordinary file, without blocking on a pipe or a device."""
        file = await asyncio.to_thread(self._opened, path, largest, below)
        try:
            while chunk := await asyncio.to_thread(os.read, file, CHUNK):
                yield chunk
        finally:
            os.close(file)

    def _opened(self, path: str, largest: int, below: str) -> int:
        if not below:
            source = os.path.join(self._directory, path)  # noqa: PTH118 - a Path refuses less late
            return open_source(source, largest)
        try:
            folder, inside = confined(self._directory, path, below)
            with parent_of(folder, inside) as (parent, name):
                return open_source(name, largest, parent)
        except OSError as problem:
            raise ArtifactError(problem.strerror or str(problem)) from None
        except ValueError as problem:
            raise ArtifactError(str(problem)) from None

    async def save(self, folder: Path) -> Reason | None:
        """Move all but our own files to a folder; return the problem, or None."""
        return await asyncio.to_thread(keep_workspace, self._directory, folder, FILES)
