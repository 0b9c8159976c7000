"""`python -m tests.simulated_server serve FILE`: a server whose jobs only last as long as `simulate` says.

A job that is to last an hour is held until the server gets SIGUSR1, and then ends within `SPREAD` seconds.
"""

import asyncio
import gc
import signal
from random import Random

from octotui.cli.main import cli
from octotui.engine.state import Outcome
from octotui.runtime import open_space
from octotui.workers.executor import AttemptLocation, Leave, Notice, Output, unheard
from octotui.workers.simulated import SimulatedExecutor

HELD = 3600.0  # seconds of a job that is held
SPREAD = 2.0


class HoldingExecutor(SimulatedExecutor):
    """Holds long jobs until a signal."""

    def __init__(self) -> None:
        super().__init__()
        self._random = Random(7)
        self._released = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._released.set)

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        if self._begun[location].simulate.takes < HELD:
            return await super().follow(location, output, leave, notice)
        await self._released.wait()
        await asyncio.sleep(self._random.uniform(0, SPREAD))
        return Outcome(state="succeeded", exit_code=0)


if __name__ == "__main__":
    gc.disable()  # as octotui does until the verb is loaded
    open_space.AgentExecutor = lambda folder, trust: HoldingExecutor()  # type: ignore[assignment, attr-defined, misc]
    cli(prog_name="octotui")
