"""The end of jobs that are stopped: TERM to all that they started, a grace period, then KILL."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from octotui.workers.agent.processes import JobSigns, ProcessStat, lives, members, signal_job

SHORTEST, LONGEST = 0.02, 0.25  # seconds between checks whether processes have ended
KILLED = 2.0  # seconds that killed processes may take to end, before it is tried again
KILLS = 4  # tries to kill all, before what is left is named
FREEZES = 10  # looks for further processes while those found are stopped: then none may fork unseen
NAMED = 10  # processes named in a warning

Members = tuple[ProcessStat, ...]
Look = Callable[[JobSigns], Awaitable[Members]]


class Lookout:
    """Finds the processes of jobs in a thread, by one look through /proc for all that ask meanwhile."""

    def __init__(self) -> None:
        self._asked: list[tuple[JobSigns, asyncio.Future[Members]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def look(self, job: JobSigns) -> Members:
        """Return the processes of a job, found by a look that begins after this call."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Members] = loop.create_future()
        self._asked.append((job, answer))
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._answer())
        return await answer

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _answer(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, []
            found = await asyncio.to_thread(members, [job for job, _ in asked])
            for (_, answer), processes in zip(asked, found, strict=True):
                if not answer.done():
                    answer.set_result(processes)


async def terminate(
    job: Callable[[], JobSigns], deadline: float, look: Look, locked: Callable[[], bool]
) -> Members:
    """Send TERM to the processes of a job, KILL from `deadline` on (loop time); return those that remain.

    As long as its lock is held there are some, even if a look found none: one may have forked meanwhile.
    TERM is sent once: programs take a second one for impatience. What is started meanwhile, as a handler's
    clean-up is, has the rest of the time.
    """
    loop, pause = asyncio.get_running_loop(), SHORTEST
    found = await look(job())
    signal_job(job(), found, signal.SIGTERM)
    while (found or locked()) and (left := deadline - loop.time()) > 0:
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST)
        if not any(map(lives, found)):
            found = await look(job())
    for _ in range(KILLS):
        if not found and not locked():
            break
        await _gone(await _kill(job, found, look), KILLED)
        found = await look(job())
    return found


def unended(processes: Sequence[ProcessStat], *, locked: bool) -> tuple[str, ...]:
    """Return the warning about processes of a stopped job that go on; `locked`: something holds its lock."""
    if processes:
        named = ", ".join(f"{each.pid} ({each.command})" for each in processes[:NAMED])
        more = f" and {len(processes) - NAMED} more" if len(processes) > NAMED else ""
        return (f"processes that it started could not be ended, and go on: {named}{more}",)
    if locked:
        return ("a process that it started goes on: it holds the lock of its record, and cannot be found",)
    return ()


async def _kill(job: Callable[[], JobSigns], found: Members, look: Look) -> Members:
    """Stop all processes of a job until no look finds another, and kill them.

    A process that is killed leaves its children to init; one that is stopped still shows whose they are.
    """
    frozen: dict[tuple[int, int], ProcessStat] = {}
    try:
        for _ in range(FREEZES):
            fresh = {(each.pid, each.started): each for each in found}
            if frozen.keys() >= fresh.keys():
                break
            signal_job(job(), [fresh[key] for key in fresh.keys() - frozen.keys()], signal.SIGSTOP)
            frozen |= fresh
            found = await look(job())
    finally:  # also where the session ends meanwhile: nothing is left stopped
        signal_job(job(), frozen.values(), signal.SIGKILL)
    return tuple(frozen.values())


async def _gone(killed: Members, seconds: float) -> None:
    """Wait until processes have ended, or for some seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while any(map(lives, killed)):
                await asyncio.sleep(SHORTEST)
