"""An executor that only takes time: for predictions, in a loop of virtual time."""

import asyncio

from octotui.engine.terms import Outcome
from octotui.model.process import Simulate
from octotui.workers.contract import Leave, Output, Work


class SimulatedExecutor:
    """Sleeps as long as a step's `simulate` says, and ends as it says."""

    def __init__(self) -> None:
        self._stopped: dict[str, asyncio.Event] = {}

    async def run(self, work: Work, output: Output, leave: Leave | None = None) -> Outcome:
        """Take the time, and say the result."""
        simulate = work.simulate or Simulate()
        stopped = self._stopped[work.job] = asyncio.Event()
        try:
            async with asyncio.timeout(simulate.takes):
                await stopped.wait()
        except TimeoutError:
            if simulate.result == "failure":
                return Outcome(state="failed", exit_code=1, reason="exit code 1")
            return Outcome(state="succeeded", exit_code=0)
        finally:
            del self._stopped[work.job]
        return Outcome(state="cancelled")

    def stop(self, job: str) -> None:
        """End a job at once."""
        asyncio.get_running_loop().call_soon(self._stop, job)  # one that was just asked for begins first

    async def close(self) -> None:
        """End everything."""
        for stopped in self._stopped.values():
            stopped.set()

    def _stop(self, job: str) -> None:
        if job in self._stopped:
            self._stopped[job].set()
