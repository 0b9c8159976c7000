"""A space that is played with: people, days that begin when they are told to, and processes left behind."""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from octotui.cli.model_files import read_model
from octotui.engine.commands import AnswerInterruption, Command, StartRun, TakeInterruption
from octotui.engine.events import RunQueued
from octotui.engine.state import Answer, State
from octotui.model.space import Model
from octotui.runtime.open_space import open_space
from octotui.runtime.session import Session

FIRST_DAY = 1767409199.0  # seconds since 1970: one second before three, 3 January 2026, UTC
DAY = 86400.0
PLACE = Path("/tmp/octotui-sample")  # where it is made: the model's paths stand in the journal
STATE = "state"
ORIGIN = "process 4711 on pts/3"


class Played:
    """A session, and what people do with it."""

    def __init__(self, session: Session, model: Model) -> None:
        self.session = session
        self.model = model

    @property
    def state(self) -> State:
        """The State that is on disk, where others read it."""
        return self.session.published

    async def send(self, command: Command) -> None:
        await self.session.send(command)

    async def start(self, process: str, user: str = "ann", **more: object) -> str:
        """Start a run, and say its id."""
        wish = StartRun(process=process, requester=user, origin=ORIGIN, **more)  # type: ignore[arg-type]
        return next(each.run for each in await self.session.send(wish) if isinstance(each, RunQueued))

    async def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end, what
            await asyncio.sleep(0.01)

    async def ended(self, *runs: str) -> None:
        """Wait until nothing is left of these families."""
        await self.until(
            lambda: not any(each in self.state.runs and not self.state.runs[each].ended for each in runs),
            f"{runs} do not end",
        )

    async def asks(self, run: str) -> str:
        """Wait until a run asks, and say which question."""
        await self.until(lambda: self._open(run), f"{run} does not ask")
        return self._open(run)[0]

    def _open(self, run: str) -> list[str]:
        return [name for _, name in self.state.asking if self.state.interruptions[name].run == run]

    async def reaches(self, run: str, *waits: str) -> None:
        """Wait until jobs of a run wait so, or are in such states."""
        await self.until(lambda: set(waits) <= self._waits(run), f"{run} never waits for {waits}")

    def _waits(self, run: str) -> set[str]:
        jobs = [self.state.jobs[name] for _, name in self.state.runs[run].progress.open]
        return {type(job.wait).__name__ if job.wait else job.state for job in jobs}

    async def answer(self, run: str, user: str, answer: Answer, notes: str = "", **values: str) -> None:
        """Take the question of a run, and answer it."""
        question = await self.asks(run)
        await self.send(TakeInterruption(interruption=question, user=user, origin=ORIGIN))
        await self.send(
            AnswerInterruption(
                interruption=question, user=user, answer=answer, notes=notes, origin=ORIGIN, values=values
            )
        )


@asynccontextmanager
async def day(folder: Path, number: float) -> AsyncIterator[Played]:
    """The space of a folder's model on a day of its own, which begins a second before three."""
    begun = time.monotonic()
    model = read_model(folder / "model.toml")

    def now() -> float:
        return FIRST_DAY + number * DAY + time.monotonic() - begun

    async with open_space(model, folder / STATE, "ann", now, schedules=True) as session:
        yield Played(session, model)


def end_left_behind(folder: Path) -> None:
    """End the processes of jobs that a session has let go of: those alone whose record is still locked.

    A number in the record of a kept sample may be that of any process by now.
    """
    for record in folder.glob(f"{STATE}/*/workers/*/work/*/record"):
        pids = [line.split()[1] for line in record.read_bytes().splitlines() if line.startswith(b"pid ")]
        if pids and _is_locked(record):
            with suppress(ProcessLookupError):
                os.killpg(int(pids[-1]), signal.SIGKILL)


def _is_locked(record: Path) -> bool:
    with record.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
