"""The processes of a machine over an executor, bound to the machine's directory."""

import asyncio
from collections.abc import Callable, Set

from octotui.workers.executor import (
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Executor,
    Notice,
    Output,
    StartError,
    unheard,
)
from octotui.workers.machine import AttemptEnd, AttemptKey, Unreachable, WorkspaceFiles

EXISTING = ("running", "ended", "lost")


class ExecutorProcesses:
    """Attempts of one machine that an executor runs; makes its calls idempotent."""

    def __init__(
        self, executor: Executor, directory: str, files: Callable[[str], WorkspaceFiles] | None = None
    ) -> None:
        """Use an executor in a directory; `files` returns the files of a workspace by its path."""
        self._executor = executor
        self._directory = directory
        self._files = files
        self._started: set[AttemptKey] = set()
        self._starting: dict[AttemptKey, asyncio.Lock] = {}
        self._workspaces: dict[AttemptKey, str] = {}

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        """Return the status of an attempt. Raises Unreachable."""
        try:
            return await self._executor.inspect(self._at(attempt))
        except TimeoutError as silence:
            raise Unreachable(str(silence)) from None

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        """Start an attempt unless it was started, also by an earlier process. Raises StartError."""
        async with self._starting.setdefault(attempt, asyncio.Lock()):
            if attempt in self._started or (not is_new and await self._exists(attempt)):
                return
            await self._executor.start(self._at(attempt), work, resume)
            self._started.add(attempt)

    async def follow(
        self, attempt: AttemptKey, output: Output, offset: int = 0, notice: Notice = unheard
    ) -> AttemptEnd:
        """Wait for the end of an attempt; the executor repeats its output, of which the rest is passed on."""
        rest = _FromOffset(output, offset)

        async def leave(directory: str) -> None:
            self._workspaces[attempt] = directory

        outcome = await self._executor.follow(self._at(attempt), rest, leave, notice)
        return AttemptEnd(outcome, rest.length)

    def workspace(self, attempt: AttemptKey) -> WorkspaceFiles | None:
        """Return the files of an ended attempt, if it has a workspace."""
        directory = self._workspaces.get(attempt)
        return None if directory is None or self._files is None else self._files(directory)

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        """Begin to stop an attempt; one that is being started is stopped once it has begun."""
        starting = self._starting.get(attempt)
        if starting is not None:
            async with starting:
                pass
        self._executor.stop(self._at(attempt), grace)

    async def clean(self, attempt: AttemptKey) -> None:
        """Remove the files of an ended attempt, and forget it."""
        self._starting.pop(attempt, None)
        self._started.discard(attempt)
        self._workspaces.pop(attempt, None)
        self._executor.clean(self._at(attempt))

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        """Remove what crashes have left of a space."""
        await self._executor.remove_orphans(self._directory, space, keep)

    async def _exists(self, attempt: AttemptKey) -> bool:
        """Return whether a process was started for an attempt. Raises StartError where that is unknown."""
        status = await self.inspect(attempt)
        if status.state == "lost" and not status.resume:
            raise StartError(status.reason)
        return status.state in EXISTING

    def _at(self, attempt: AttemptKey) -> AttemptLocation:
        return AttemptLocation(self._directory, attempt.space, attempt.name)


class _FromOffset:
    """Passes output on from an offset, and counts it from its start."""

    def __init__(self, output: Output, offset: int) -> None:
        self.length = 0
        self._output = output
        self._offset = offset

    def __call__(self, chunk: bytes) -> None:
        known = self._offset - self.length
        self.length += len(chunk)
        if known <= 0:
            self._output(chunk)
        elif known < len(chunk):
            self._output(chunk[known:])
