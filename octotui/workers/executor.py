"""The protocol of executors, and the values that the runtime exchanges with them.

A job outlives this process: it is started at a location that can be stored, and followed there, also by a
later process. Following always replays the output from its start; the follower skips what it has.
"""

from collections.abc import Awaitable, Callable, Set
from typing import Literal, Protocol

import msgspec

from octotui.engine.state import Outcome
from octotui.model.process import Shell, Simulate
from octotui.model.space import StandardError, Supervisor
from octotui.store.logs.line_streams import STDERR, STDOUT

Offsets = tuple[int, int]
"""Bytes of each stream."""

BEGINNING: Offsets = (0, 0)


class Output(Protocol):
    """Takes a chunk of output, and the stream that it is of."""

    def __call__(self, chunk: bytes, stream: int = STDOUT, /) -> None:
        """Take a chunk of one stream, in the order of its arrival."""
        ...


Leave = Callable[[str], Awaitable[None]]
Notice = Callable[[str], None]
"""Takes a sentence about how an attempt that goes on stands."""


def unread(chunk: bytes, stream: int = STDOUT, /) -> None:
    """Ignore output."""


def unheard(sentence: str) -> None:
    """Ignore a notice."""


def by_stream(output: Output) -> tuple[Callable[[bytes], None], Callable[[bytes], None]]:
    """Return what takes the chunks of each stream."""
    return output, lambda chunk: output(chunk, STDERR)


class AttemptLocation(msgspec.Struct, frozen=True):
    """Where an attempt runs: the directory of its worker, the space, and the attempt's name in that space."""

    directory: str
    space: str
    name: str


class AttemptSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt executes: a script, its values by name, and the values that its environment carries.

    It starts only if the machine has the commands in `needs`. `sensitive` texts are masked in output (V5).
    From the machine's environment it inherits the variables that all scripts inherit, and those that match
    the patterns `passed`, but none of `withheld`. `grace` is seconds between TERM and KILL. Its `stderr` is
    merged into stdout, unless it is to be told apart and the machine can.
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
    supervisor: Supervisor = "agent"
    stderr: StandardError = "merged"


class AttemptStatus(msgspec.Struct, frozen=True):
    """The state of an attempt that an earlier process started, and its resume record.

    `unstarted`: the script did not begin. `ended`: its outcome and output can be had by following it, also if
    that outcome is `lost`. `lost`: nothing can be followed, since its record is not credible, for `reason`.
    """

    state: Literal["nothing", "unstarted", "running", "ended", "lost"]
    resume: str = ""
    reason: str = ""


class StartError(Exception):
    """Raised when a script cannot be started; the text says why."""


def why(error: OSError | ValueError) -> str:
    """Return the system's message as a phrase."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


class Executor(Protocol):
    """Runs scripts on one kind of machine (a protocol)."""

    async def inspect(self, location: AttemptLocation) -> AttemptStatus:
        """Return the status of an attempt that an earlier process may have started.

        Raises TimeoutError where what may have it does not answer; the text says what that is.
        """
        ...

    async def start(self, location: AttemptLocation, work: AttemptSpec, resume: str = "") -> None:
        """Start an attempt at a new location, its resume record written first. Raises StartError."""
        ...

    async def follow(
        self, location: AttemptLocation, output: Output, leave: Leave | None = None, notice: Notice = unheard
    ) -> Outcome:
        """Wait for the attempt, started by any process, and return its Outcome: exit code 0 is success (S7).

        `output` receives all it has printed, each stream in order, in chunks of at most 1 MiB. `leave` is
        awaited with its directory when it has ended; `notice` gets what befalls it before. Cancellation
        detaches from the job, which continues.
        """
        ...

    def stop(self, location: AttemptLocation, grace: float) -> None:
        """Begin to stop an attempt: TERM to all that it started, KILL after `grace` seconds.

        Then `follow` ends, with warnings about what cannot be ended.
        """
        ...

    def clean(self, location: AttemptLocation) -> None:
        """Remove the files of an ended attempt, once its outcome is in the journal."""
        ...

    async def remove_orphans(self, directory: str, space: str, keep: Set[str]) -> None:
        """Remove locations of a space that crashes have left, except those of attempts to `keep`."""
        ...

    async def close(self) -> None:
        """Release all resources; running jobs continue."""
        ...
