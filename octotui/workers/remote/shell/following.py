"""Following of attempts: a command for each over there, few at a time, which take turns."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import NamedTuple

from octotui.engine.state import Outcome
from octotui.workers.executor import Notice, Output
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.remote.answers import byte_count
from octotui.workers.remote.shell.calls import NOTICE, RunningCall, ShellCall, ShellCalls, ShellProblem
from octotui.workers.remote.shell.outcomes import ORPHANED, outcome_of
from octotui.workers.workspace_record import read

TURNS = 6  # attempts of a machine that are followed at once: a way may have room for 8 commands
TURN = 2.0  # seconds, after which one that others wait for goes on later; its next turn is twice as long
LONGEST = 64.0  # seconds that a turn has at most
ALIVE = b"alive"
LARGEST = 1 << 24  # bytes of a notice: the record has what the attempt was given
BEAT = 100  # rounds, after which what follows says that it is alive: every 20 s or so
PATIENCE = 120.0  # seconds without a word of it
NOTICES = 64  # at most; there are six, of which one comes again


class FollowedEnd(NamedTuple):
    """The outcome of an attempt, and the bytes of its whole output."""

    outcome: Outcome
    length: int


class FollowTurns:
    """Room for a few commands that last, shared by more attempts than there is room for."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(TURNS)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None, None]:
        """Wait for room, and have it."""
        self._waiting += 1
        try:
            await self._room.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._room.release()

    async def end(self, seconds: float) -> None:
        """Return once a turn that begins now has lasted so long, and others wait."""
        await asyncio.sleep(seconds)
        while not self._waiting:
            await asyncio.sleep(seconds / 4)


async def follow_in_turns(
    calls: ShellCalls, attempt: AttemptKey, output: Output, offset: int, notice: Notice, turns: FollowTurns
) -> FollowedEnd | None:
    """Follow an attempt until its end; None where the machine does not know it. Raises Unreachable."""
    following, seconds = _Following(output, offset, notice), TURN
    while not await _take_turn(calls, attempt, following, turns, seconds):
        seconds = min(LONGEST, 2 * seconds)
    return following.end()


async def _take_turn(
    calls: ShellCalls, attempt: AttemptKey, following: "_Following", turns: FollowTurns, seconds: float
) -> bool:
    """Follow an attempt for a turn; return whether it has ended."""
    given = str(following.offset), attempt.space, attempt.name
    async with turns.turn():
        asked = ShellCall("attempts", "follow", given, f"beat={BEAT}", PATIENCE)
        call = await calls.open(asked)
        try:
            reading = asyncio.ensure_future(following.read(call))
            ending = asyncio.ensure_future(following.turn_over(turns, seconds))
            try:
                await asyncio.wait((reading, ending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in (reading, ending):
                    if not each.done():
                        each.cancel()
                await asyncio.wait((reading, ending))
            if reading.cancelled():
                return False
            reading.result()
        finally:
            await call.close()
    return True


class _Following:
    """What a command says of an attempt."""

    def __init__(self, output: Output, offset: int, notice: Notice) -> None:
        self.offset = offset
        self._output = output
        self._notice = notice
        self._told: list[bytearray] = []
        self._has_begun = asyncio.Event()
        self._is_orphaned = False

    async def turn_over(self, turns: FollowTurns, seconds: float) -> None:
        """Return once its turn is over, which begins with its answer: a command may take long to start."""
        await self._has_begun.wait()
        await turns.end(seconds)

    async def read(self, call: RunningCall) -> None:
        """Pass output on until the end of it. Raises Unreachable."""
        self._has_begun.clear()
        self._told.clear()
        try:
            async with aclosing(call.pieces()) as pieces:
                async for piece in pieces:
                    if not self._has_begun.is_set():
                        self._has_begun.set()
                        self._output(b"")
                    if piece.kind == NOTICE:
                        self._take_notice(piece.is_first, piece.data)
                    elif piece.data:
                        self.offset += len(piece.data)
                        self._output(piece.data)
        except ShellProblem as problem:
            raise Unreachable(f"its output cannot be followed: {problem}") from None

    def end(self) -> FollowedEnd | None:
        """Return the end, None where the machine knows nothing of it. Raises Unreachable."""
        told = dict(bytes(each).partition(b" ")[::2] for each in self._told)
        if b"ended" not in told:
            return None
        before, _, now = told.get(b"boots", b"").decode(errors="replace").partition(" ")
        outcome = outcome_of(
            read(told.get(b"record", b"")),
            stopped=b"stopped" in told,
            left=told.get(b"left", b"").decode(errors="replace"),
            rebooted=before.strip() != now.strip(),
        )
        try:
            return FollowedEnd(outcome, byte_count(told[b"ended"]))
        except ValueError:
            raise Unreachable("the end of its output cannot be read") from None

    def _take_notice(self, is_first: bool, data: bytes) -> None:
        if is_first:
            self._told = [each for each in self._told if each != ALIVE]
            if len(self._told) >= NOTICES:
                raise Unreachable("what it says of the attempt does not end")
            self._told.append(bytearray())
        if len(self._told[-1]) + len(data) > LARGEST:
            raise Unreachable("what it says of the attempt is too long")
        self._told[-1] += data
        if self._told[-1] == b"orphaned" and not self._is_orphaned:
            self._is_orphaned = True
            self._notice(ORPHANED)
