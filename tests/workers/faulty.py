"""A way to a machine that breaks when told to: before or after a call takes effect, and within output."""

from collections.abc import Awaitable, Callable, Iterable, Set
from typing import TypeVar

from octotui.store.logs.line_streams import STDOUT
from octotui.workers.executor import (
    BEGINNING,
    AttemptSpec,
    AttemptStatus,
    Notice,
    Offsets,
    Output,
    by_stream,
    unheard,
)
from octotui.workers.machine import AttemptEnd, AttemptKey, MachineProcesses, Unreachable, WorkspaceFiles

T = TypeVar("T")


class FaultyProcesses:
    """Processes of another machine, by a way that breaks.

    `faults` names calls in their order, `before start`, `after start` and so on: each breaks one. After
    `cut` bytes of a stream the way breaks once, or with `silent` the rest of it is lost without a word.
    """

    def __init__(
        self,
        real: MachineProcesses,
        faults: Iterable[str] = (),
        *,
        cut: int | None = None,
        silent: int = 0,
    ) -> None:
        self.real = real
        self.faults = list(faults)
        self.cut = cut
        self.silent = silent
        self.calls: list[str] = []

    async def inspect(self, attempt: AttemptKey) -> AttemptStatus:
        return await self._by("inspect", lambda: self.real.inspect(attempt))

    async def start(
        self, attempt: AttemptKey, work: AttemptSpec, resume: str = "", *, is_new: bool = False
    ) -> None:
        await self._by("start", lambda: self.real.start(attempt, work, resume, is_new=is_new))

    async def follow(
        self, attempt: AttemptKey, output: Output, offsets: Offsets = BEGINNING, notice: Notice = unheard
    ) -> AttemptEnd:
        seen, limit, outputs = [*offsets], self.cut, by_stream(output)

        def some(chunk: bytes, stream: int = STDOUT) -> None:
            room = len(chunk) if limit is None else max(0, limit - seen[stream])
            if chunk[:room] or not chunk:
                outputs[stream](chunk[:room])
            seen[stream] += len(chunk)

        end = await self._by("follow", lambda: self.real.follow(attempt, some, offsets, notice))
        if limit is not None and max(seen) > limit:
            if not self.silent:
                self.cut = None
                raise Unreachable("the way broke")
            self.silent -= 1
            self.cut = limit if self.silent else None
        return end

    def workspace(self, attempt: AttemptKey) -> WorkspaceFiles | None:
        return self.real.workspace(attempt)

    async def stop(self, attempt: AttemptKey, grace: float) -> None:
        await self._by("stop", lambda: self.real.stop(attempt, grace))

    async def clean(self, attempt: AttemptKey) -> None:
        await self._by("clean", lambda: self.real.clean(attempt))

    async def remove_orphans(self, space: str, keep: Set[str]) -> None:
        await self._by("remove_orphans", lambda: self.real.remove_orphans(space, keep))

    async def _by(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        self.calls.append(name)
        if self.faults and self.faults[0] == f"before {name}":
            self.faults.pop(0)
            raise Unreachable("no route")
        result = await call()
        if self.faults and self.faults[0] == f"after {name}":
            self.faults.pop(0)
            raise Unreachable("the reply was lost")
        return result
