"""How the runtime and a machine talk: a job's work, and the one contract of all executors.

A job outlives us: it is started in a place that can be written down, and followed there, also by a later
process. Following always hands on the output from its beginning; who follows knows what it has already.
"""

from collections.abc import Awaitable, Callable, Set
from typing import Literal, Protocol

import msgspec

from octotui.engine.state import Outcome
from octotui.model.process import Shell, Simulate

Output = Callable[[bytes], None]
Leave = Callable[[str], Awaitable[None]]


class AttemptLocation(msgspec.Struct, frozen=True):
    """Where one attempt at a job runs: in the directory of its worker, by its name among those of a space."""

    directory: str
    space: str
    name: str


class AttemptSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at a job: the script, its values by their own names, and those that its environment carries.

    It begins only where the machine has what it `needs`. What is `sensitive` among them must not be seen in
    what it prints (V5). Of its machine's own environment it gets the few that all scripts get, and what the
    patterns `passed` name, but nothing that is `withheld`.
    """

    job: str
    attempt: int
    run: str
    worker: str
    directory: str
    shell: Shell
    script: str
    values: dict[str, str] = {}
    environment: dict[str, str] = {}
    needs: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    grace: float = 10.0
    simulate: Simulate | None = None
    sensitive: tuple[str, ...] = ()


class AttemptStatus(msgspec.Struct, frozen=True):
    """What an earlier process has left in a place, and the resume that it was started with.

    A script that is `unstarted` did not begin; one that is `lost` has gone, and nobody knows how, or what is
    known of it is of no use for the `reason`.
    """

    state: Literal["nothing", "unstarted", "running", "ended", "lost"]
    resume: str = ""
    reason: str = ""


class StartError(Exception):
    """A script cannot be started; the text says why."""


class Executor(Protocol):
    """Runs scripts on one kind of machine."""

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """What is there of an attempt that an earlier process may have started."""
        ...

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Begin the work where nothing has begun; the resume record is there before it. Raises StartError."""
        ...

    async def follow(self, location: AttemptLocation, output: Output, leave: Leave | None = None) -> Outcome:
        """Be with what was started, by whomever, to its end: 0 is success (S7).

        `output` gets chunks of all that it has printed, at most 1 MiB each. `leave` is called with the
        directory it ran in, when it has ended. Cancelled, it lets go of a job that goes on.
        """
        ...

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Begin to end what we began or follow: TERM, its grace, KILL for all; `follow` then returns."""
        ...

    def clean(self, location: AttemptLocation) -> None:
        """Take away what is left in a place: how it ended is on disk."""
        ...

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Take away what crashes have left of a space's places, but those of names to keep."""
        ...

    async def close(self) -> None:
        """Let go of everything; what runs goes on."""
        ...
