"""The files that a script in a container has left: none but those that it had there (S8, V7)."""

from collections.abc import Iterable
from pathlib import Path

from octotui.model.complaints import Reason
from octotui.model.process import Step
from octotui.runtime.jobs.containers.contained_script import WORKSPACE
from octotui.workers.machine import Chunks, WorkspaceFiles


def files_of(step: Step | None, files: WorkspaceFiles) -> WorkspaceFiles:
    """Return the files that the script of a step has left: those of a container, if it has run in one."""
    return ContainedFiles(files, step.contained.mounts) if step is not None and step.is_contained else files


class ContainedFiles:
    """Files of a workspace, and of what was mounted, by their paths inside; links are not followed."""

    def __init__(self, files: WorkspaceFiles, mounts: Iterable[str]) -> None:
        """Take the files of the machine, and mounts such as `/srv/data:/data:ro`."""
        self._files = files
        pairs = (each.split(":") for each in mounts)
        found = [(target.rstrip("/"), source) for source, target, *_ in pairs if source.startswith("/")]
        self._mounts = sorted(found, key=lambda pair: len(pair[0]), reverse=True)

    def get(self, path: str, largest: int, below: str = "") -> Chunks:
        """Yield an ordinary file, named as its script would. Raises ArtifactError."""
        for target, source in self._mounts:
            if path.startswith(f"{target}/"):
                return self._files.get(source.rstrip("/") + path.removeprefix(target), largest, source)
        named = path if path.startswith("/") else f"{WORKSPACE}/{path}"
        return self._files.get(named, largest, below or WORKSPACE)

    async def save(self, folder: Path) -> Reason | None:
        """Bring all that the script has left to a local folder; return the problem, or None."""
        return await self._files.save(folder)
