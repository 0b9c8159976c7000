"""This machine as a kind of machine: a folder for each worker and target, and one executor for all."""

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable, Collection
from functools import cache, partial
from pathlib import Path
from typing import get_args

from octotui.model.process import Shell
from octotui.store.clock_anchor import boot_id
from octotui.workers.executor import Executor
from octotui.workers.local.files import LocalFiles
from octotui.workers.local.package_store import LocalPackageStore, package_threads
from octotui.workers.local.workspace_files import LocalWorkspaceFiles
from octotui.workers.machine import MachineFacts
from octotui.workers.processes import ExecutorProcesses
from octotui.workers.search_path import find


class LocalMachine:
    """A worker or target in a directory of this machine."""

    def __init__(self, directory: str, processes: ExecutorProcesses, packages: LocalPackageStore) -> None:
        self.directory = directory
        self.processes = processes
        self.files = LocalFiles(directory)
        self.packages = packages

    async def facts(self, tools: Collection[str] = ()) -> MachineFacts:
        """Return the facts of this machine, found in a thread: it looks at many folders."""
        return await asyncio.to_thread(partial(_facts, tuple(tools)))

    async def boot(self) -> str:
        """Return the kernel's id of the present boot."""
        return _boot()


class LocalMachines:
    """Makes the workers and targets of this machine over one executor."""

    def __init__(self, executor: Executor, home: Callable[[str], Path]) -> None:
        """Take the executor, and the default directory for each worker."""
        self._executor = executor
        self._home = home
        self._threads = package_threads()

    def machine(self, worker: str, directory: str | None) -> LocalMachine:
        """Return a worker in its directory, which is made when it is first used."""
        path = directory or str(self._home(worker))
        processes = ExecutorProcesses(self._executor, path, LocalWorkspaceFiles)
        return LocalMachine(path, processes, LocalPackageStore(path, self._threads))

    def retry_now(self) -> None:
        """Do nothing: it is always there."""

    async def close(self) -> None:
        """Release all resources; running jobs continue."""
        await self._executor.close()


@cache  # this process does not outlive it
def _boot() -> str:
    return boot_id()


def _facts(tools: tuple[str, ...]) -> MachineFacts:
    system = os.uname()
    return MachineFacts(
        system=system.sysname,
        architecture=platform.machine(),
        clock=time.time(),
        boot=_boot(),
        python=sys.executable,
        shells=_found(get_args(Shell)),
        tools=_found(tools),
    )


def _found(programs: Collection[str]) -> dict[str, str]:
    """Return the paths of those programs that are safe to use."""
    names = ((each, "python3" if each == "python" else each) for each in programs)
    return {each: path for each, name in names if (path := find(name))}
