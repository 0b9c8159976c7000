"""The copies of packages that attempts have for themselves, beside their workspaces and for as long (P4)."""

import asyncio
import os
from collections.abc import Set
from pathlib import Path

from octotui.engine.state import Job, State
from octotui.runtime.jobs.package_acquisition import Acquirer
from octotui.store.directory import remove_tree
from octotui.workers.executor import AttemptLocation

FOLDER = "extracted"  # in a worker's directory


class AttemptPackages:
    """Makes and removes copies; each is named by its space and attempt, so that it is found after a crash."""

    def __init__(self, acquirer: Acquirer) -> None:
        self._acquirer = acquirer

    async def provide(
        self, state: State, job: Job, directory: Path, location: AttemptLocation
    ) -> tuple[str, ...]:
        """Copy the packages of a job's step, and say what to warn of; raises PackageError."""
        run = state.runs[job.run]
        needed = run.runbook.steps[job.step or 0].packages
        if not needed:
            return ()
        chosen = dict.fromkeys((each.id, (run.versions or {}).get(each.text, "")) for each in needed)
        return await self._acquirer.provide(
            state.model, job, tuple(chosen), directory, Path(copies(location))
        )

    def stop(self, job: str) -> None:
        """End the copying for a job before its time."""
        self._acquirer.stop(job)

    def remove(self, location: AttemptLocation) -> None:
        """Take away what an attempt had; it may be large."""
        path = copies(location)
        if os.path.lexists(path):
            asyncio.get_running_loop().run_in_executor(None, remove_tree, path)

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Take away what crashes have left of a space's copies, but those of attempts to keep."""
        prefix = f"{space}-"
        folder = Path(directory, FOLDER)
        left = [each for each in folder.glob("*") if each.name.startswith(prefix)]
        for path in left:
            if path.name.removeprefix(prefix) not in keep:
                await asyncio.to_thread(remove_tree, path)


def copies(location: AttemptLocation) -> str:
    """Where the packages of an attempt lie, by their ids and versions."""
    return f"{location.directory}/{FOLDER}/{location.space}-{location.name}"
