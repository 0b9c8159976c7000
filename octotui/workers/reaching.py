"""Patience with machines that are away: calls are repeated, and output that is missing is fetched again."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.workers.executor import Notice, Output, unheard
from octotui.workers.machine import AttemptEnd, AttemptKey, MachineProcesses, Unreachable

FIRST = 1.0  # seconds before a call is repeated for the first time
MOST = 60.0  # seconds between two calls at most
FETCHES = 5  # times that missing output is asked for without any of it arriving

T = TypeVar("T")
Tell = Callable[[str], None]


def _nobody(problem: str) -> None:
    """Ignore that a machine cannot be reached."""


class Outage:
    """Waits between calls to a machine that is away: exponential back-off with jitter."""

    def __init__(self, tell: Tell) -> None:
        """Tell the first problem of each outage, and `""` at its end."""
        self._tell = tell
        self._longest = FIRST
        self._known = False

    async def rest(self, problem: Unreachable | None = None) -> None:
        """Sleep between half of the present limit and all of it, and double the limit."""
        if problem is not None and not self._known:
            self._tell(str(problem))
            self._known = True
        limit, self._longest = self._longest, min(MOST, self._longest * 2)
        await asyncio.sleep(random.uniform(limit / 2, limit))

    def end(self) -> None:
        """Begin again with short waits; tell `""` where a problem was told."""
        if self._known:
            self._tell("")
        self._longest = FIRST
        self._known = False


async def until_reached(call: Callable[[], Awaitable[T]], tell: Tell = _nobody) -> T:
    """Repeat an idempotent call until its machine has answered, and return the answer.

    The first problem is told, and `""` once it is over.
    """
    outage = Outage(tell)
    while True:
        try:
            answer = await call()
        except Unreachable as problem:
            await outage.rest(problem)
        else:
            outage.end()
            return answer


class RepeatedCalls:
    """Calls to machines in the background, each repeated until it is acknowledged."""

    def __init__(self, fail: Callable[[BaseException], None]) -> None:
        """Report other errors than Unreachable, which are bugs, to `fail`."""
        self._fail = fail
        self._pending: set[asyncio.Task[None]] = set()

    def add(self, call: Callable[[], Awaitable[None]]) -> None:
        """Begin to repeat an idempotent call."""
        task = asyncio.get_running_loop().create_task(until_reached(call))
        self._pending.add(task)
        task.add_done_callback(self._done)

    async def close(self, grace: float) -> None:
        """Wait so many seconds for the pending calls, and drop the rest."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=grace)
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._pending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)


async def follow_to_end(
    processes: MachineProcesses,
    attempt: AttemptKey,
    output: Output,
    tell: Tell = _nobody,
    notice: Notice = unheard,
) -> Outcome:
    """Follow an attempt to its end, however often its machine is away, until all of its output is there.

    Notices about it are passed on; `tell` hears that its machine is away, and `""` once output arrives again.

    Output that cannot be had is a warning; then success is not certain, and the attempt is lost (M3).
    """
    outage, futile = Outage(tell), 0
    received = _Received(output, outage.end)
    while True:
        before, problem = received.length, None
        try:
            end = await processes.follow(attempt, received, before, notice)
        except Unreachable as error:
            problem = error
        else:
            missing = 0 if end.length is None else end.length - received.length
            futile = futile + 1 if received.length == before else 0
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
    """Passes output on, and counts it; the machine is there then."""

    def __init__(self, output: Output, arrives: Callable[[], None]) -> None:
        self.length = 0
        self._output = output
        self._arrives = arrives

    def __call__(self, chunk: bytes) -> None:
        self._arrives()
        self.length += len(chunk)
        self._output(chunk)
