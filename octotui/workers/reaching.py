"""Patience with machines that are away: calls are repeated, and output that is missing is fetched again."""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import TypeVar

from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.store.logs.line_streams import STDOUT
from octotui.workers.executor import BEGINNING, Notice, Offsets, Output, by_stream, unheard
from octotui.workers.machine import AttemptEnd, AttemptKey, MachineProcesses, Unreachable

FIRST = 1.0  # seconds before a call is repeated for the first time
MOST = 60.0  # seconds between two calls at most
FETCHES = 5  # times that missing output is asked for without any of it arriving

T = TypeVar("T")
Tell = Callable[[str, float | None], None]
"""Hears that a machine is away, and in how many seconds it is tried next; `""` once it answers."""


def about(problem: str, machine: str) -> str:
    """Return a problem with the name of its machine in the command that it tells to use."""
    return problem.replace("octotui trust FILE WORKER", f"octotui trust FILE {machine}")


def _nobody(problem: str, wait: float | None) -> None:
    """Ignore that a machine cannot be reached."""


class Outage:
    """Waits between calls to a machine that is away: exponential back-off with jitter."""

    def __init__(self, tell: Tell, *, known: bool = False) -> None:
        """Tell the problems of each outage, and `""` at its end; one that is `known` was told before.

        Each is told with the seconds until the next try. Once these grow no more, others are told without.
        """
        self._tell = tell
        self._longest = FIRST
        self._known = known
        self._told = ""

    async def rest(self, problem: Unreachable | None = None) -> None:
        """Sleep between half of the present limit and all of it, and double the limit."""
        limit, self._longest = self._longest, min(MOST, self._longest * 2)
        wait = random.uniform(limit / 2, limit)
        is_longest = limit >= MOST
        if problem is not None and not (is_longest and self._told == str(problem)):
            self._tell(str(problem), None if is_longest else wait)
            self._known, self._told = True, str(problem) if is_longest else ""
        await asyncio.sleep(wait)

    def answered(self) -> None:
        """Tell `""` where a problem was told; the waits stay long until `end`."""
        if self._known:
            self._tell("", None)
        self._known, self._told = False, ""

    def end(self) -> None:
        """Begin again with short waits; tell `""` where a problem was told."""
        self.answered()
        self._longest = FIRST


async def until_reached(call: Callable[[], Awaitable[T]], tell: Tell = _nobody, *, known: bool = False) -> T:
    """Repeat an idempotent call until its machine has answered, and return the answer.

    Problems are told, and `""` once they are over; also where one is `known` from before.
    """
    outage = Outage(tell, known=True) if known else None
    while True:
        try:
            answer = await call()
        except Unreachable as problem:
            outage = outage or Outage(tell)
            await outage.rest(problem)
        else:
            if outage is not None:
                outage.end()
            return answer


class RepeatedCalls:
    """Calls to machines in the background, each repeated until it is acknowledged."""

    def __init__(self, fail: Callable[[BaseException], None]) -> None:
        """Report other errors than Unreachable, which are bugs, to `fail`."""
        self._fail = fail
        self._pending: dict[asyncio.Task[None], str] = {}

    def add(self, call: Callable[[], Awaitable[None]], subject: str = "") -> None:
        """Begin to repeat an idempotent call about a subject, at once where this Python can."""
        task = _begun(until_reached(call))
        if task.done() and not task.cancelled() and task.exception() is None:
            return
        self._pending[task] = subject
        task.add_done_callback(self._done)

    def drop(self, subjects: Collection[str]) -> None:
        """Repeat the calls about some subjects no more."""
        for task, subject in self._pending.items():
            if subject in subjects:
                task.cancel()

    async def close(self, grace: float) -> None:
        """Wait so many seconds for the pending calls, and drop the rest."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=grace)
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._pending[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)


def _begun(work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
    """Return a task that has begun, and perhaps ended, where this Python can have it begin at once."""
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12):
        return asyncio.Task(work, loop=loop, eager_start=True)
    return loop.create_task(work)


async def follow_to_end(
    processes: MachineProcesses,
    attempt: AttemptKey,
    output: Output,
    tell: Tell = _nobody,
    notice: Notice = unheard,
    *,
    known: bool = False,
) -> Outcome:
    """Follow an attempt to its end, however often its machine is away, until all of its output is there.

    Notices about it are passed on; `tell` hears that its machine is away, and `""` once it is followed again,
    also where that is `known` from before.

    Output that cannot be had is a warning; then success is not certain, and the attempt is lost (M3).
    """
    outage, futile = Outage(tell, known=known), 0
    received = _Received(output, outage)
    while True:
        before, problem = received.lengths, None
        try:
            end = await processes.follow(attempt, received, before, notice)
        except Unreachable as error:
            problem = error
        else:
            missing = received.missing(end.lengths)
            futile = futile + 1 if received.lengths == before else 0
            if missing <= 0 or futile >= FETCHES:
                return _whole(end, missing)
        await outage.rest(problem)


def _whole(end: AttemptEnd, missing: int) -> Outcome:
    """Return the outcome of an attempt, of whose output so many bytes are missing."""
    if missing <= 0:
        return end.outcome
    reason = f"the last {missing:,} bytes of its output cannot be had from its machine"
    if end.outcome.state.startswith("succeeded"):
        return replace(end.outcome, state="lost", reason=reason)
    return replace(end.outcome, warnings=(*end.outcome.warnings, reason))


class _Received:
    """Passes output on, and counts it; the machine is there then, also where a chunk is empty."""

    def __init__(self, output: Output, outage: Outage) -> None:
        self._counts = [*BEGINNING]
        self._outputs = by_stream(output)
        self._outage = outage

    @property
    def lengths(self) -> Offsets:
        """The bytes of each stream that have arrived."""
        stdout, stderr = self._counts
        return stdout, stderr

    def missing(self, lengths: Offsets | None) -> int:
        """Return how many bytes of streams of these lengths have not arrived."""
        return sum(
            max(0, there - here) for there, here in zip(lengths or BEGINNING, self._counts, strict=True)
        )

    def __call__(self, chunk: bytes, stream: int = STDOUT, /) -> None:
        if not chunk:
            self._outage.answered()
            return
        self._outage.end()
        self._counts[stream] += len(chunk)
        self._outputs[stream](chunk)
