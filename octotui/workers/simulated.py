"""An executor that only sleeps: for predictions, in a loop of virtual time."""

import asyncio
from collections.abc import Callable, Set

from octotui.engine.state import Outcome
from octotui.model.process import Simulate
from octotui.workers.executor import (
    AttemptLocation,
    AttemptSpec,
    AttemptStatus,
    Leave,
    Notice,
    Output,
    unheard,
)

Takes = Callable[[str], float | None]
"""Returns how many seconds a job takes, None where that is unknown."""


def _unknown(job: str) -> float | None:
    return None


class _Simulation:
    """One attempt: what it simulates, its resume record, whether it is stopped, and its outcome."""

    def __init__(self, simulate: Simulate, resume: str) -> None:
        self.simulate = simulate
        self.resume = resume
        self.stopped = asyncio.Event()
        self.outcome: Outcome | None = None


class SimulatedExecutor:
    """Sleeps as long as a job is known to take, and returns the result that its step's `simulate` says.

    Of a job that is to fail, or of which nothing is known, `simulate` says the duration, too. Nothing
    outlives this process.
    """

    def __init__(self, takes: Takes = _unknown) -> None:
        """Create it; `takes` knows durations of jobs."""
        self._takes = takes
        self._begun: dict[AttemptLocation, _Simulation] = {}

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return the status of an attempt of this process; there are no others."""
        begun = self._begun.get(location)
        if begun is None:
            return AttemptStatus("nothing")
        return AttemptStatus("running" if begun.outcome is None else "ended", begun.resume)

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Record the attempt."""
        simulate, known = work.simulate or Simulate(), self._takes(work.job)
        if known is not None and simulate.result == "success":
            simulate = Simulate(takes=known)
        self._begun[location] = _Simulation(simulate, resume)

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        """Sleep, and return the simulated Outcome."""
        begun = self._begun[location]
        if begun.outcome is None:
            begun.outcome = await self._simulated(begun)
        return begun.outcome

    async def _simulated(self, begun: _Simulation) -> Outcome:
        try:
            async with asyncio.timeout(begun.simulate.takes):
                await begun.stopped.wait()
        except TimeoutError:
            if begun.simulate.result == "failure":
                return Outcome(state="failed", exit_code=1, reason="exit code 1")
            return Outcome(state="succeeded", exit_code=0)
        return Outcome(state="cancelled")

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Cancel an attempt at once."""
        if location in self._begun:
            self._begun[location].stopped.set()

    def clean(self, location: AttemptLocation) -> None:
        """Forget an attempt."""
        self._begun.pop(location, None)

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Do nothing: there are no files."""

    async def close(self) -> None:
        """Cancel all attempts."""
        for begun in self._begun.values():
            begun.stopped.set()
