"""The interface of a space to screens and verbs: a session, a client of a server, or a replay."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.model.space import Channel
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary

if TYPE_CHECKING:
    from octotui.runtime.jobs.package_acquisition import Chosen

Listener = Callable[[tuple[AnyEvent, ...], State, State], None]


class Undecided(Refused):
    """It is unknown whether a command took effect: it was sent to a server, and no reply came."""


class SpaceAccess(Protocol):
    """A space that `user` looks at, and may send commands to."""

    user: str
    trouble: str  # a sentence about a problem of the model's file or the server, or ""

    @property
    def state(self) -> State:
        """The State as it is known here."""
        ...

    def now(self) -> float:
        """Return the space's time, in seconds since 1970."""
        ...

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Apply a command, and return its events once they are on disk.

        May raise `Refused`; where it is unknown whether the command took effect, `Undecided`.
        """
        ...

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> "Chosen":
        """Return versions of packages for a release of a channel, from the feeds as they are now."""
        ...

    def listen(self, listener: Listener) -> None:
        """Call `listener` with (events, before, after) for each commit from now on."""
        ...

    def states(self) -> AsyncIterator[State]:
        """Yield the present State, and then later ones, throttled to 20 a second."""
        ...

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """Return the newest runs of the space, open and ended."""
        ...

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Return a page of ended runs that match a resolved query, newest first, numbered below `before`."""
        ...

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """Count the ended runs that match a query, and list the values of all; None where a server cannot."""
        ...

    async def family(self, root: str) -> State:
        """Return a State with a run and its descendants, also after they have ended."""
        ...

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        """Return all events of a run's family, and the models in force meanwhile, in order.

        With `others`, also what other families used of slots and machines while it was open.
        """
        ...

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output; a job without output has no file."""
        ...

    def log_end(self, run: str, job: str) -> int | None:
        """Return how many bytes of a job's output belong to the moment that is shown; None for all of it."""
        ...

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the path of a job's output, complete to the log's present end."""
        ...

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of a job's artifact."""
        ...
