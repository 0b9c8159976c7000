"""How the runtime and a machine talk: a job's work, and the one contract of all executors."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from octotui.engine.terms import Outcome
from octotui.model.process import Shell, Simulate

Output = Callable[[bytes], None]
Leave = Callable[[str], Awaitable[None]]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a job: the script, and the environment variables that it is given besides ours.

    What is `sensitive` among them must not be seen in what it prints (V5).
    """

    job: str
    attempt: int
    run: str
    worker: str
    directory: str
    shell: Shell
    script: str
    environment: dict[str, str] = {}
    grace: float = 10.0
    simulate: Simulate | None = None
    sensitive: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs scripts on one kind of machine."""

    async def run(self, work: Work, output: Output, leave: Leave | None = None) -> Outcome:
        """Do the work to its end; `output` gets chunks of what it prints, at most 1 MiB each.

        `leave` is called with the directory it ran in, when it has ended and before that is cleaned.
        """
        ...

    def stop(self, job: str) -> None:
        """Begin to end a job: TERM, its grace, KILL for all it started; `run` then returns."""
        ...

    async def close(self) -> None:
        """End everything that still runs."""
        ...
