"""What a screen or a verb talks to: a session in this process, a client of a server's, or a replay."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.model.space import Channel
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary

Listener = Callable[[tuple[AnyEvent, ...], State, State], None]


class Undecided(Refused):
    """Nobody can say whether a command took effect: it was sent to a server, and no answer came."""


class SpaceAccess(Protocol):
    """A space that somebody looks at, and may ask for something, as `user`."""

    user: str
    trouble: str  # what is the matter with the model's file or the server, as a sentence, or nothing

    @property
    def state(self) -> State:
        """The State as it is known here."""
        ...

    def now(self) -> float:
        """The time there, in seconds since 1970."""
        ...

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Let a command take effect, and return when its events are on disk.

        May raise `Refused`; where it is not known whether the command took effect, `Undecided`.
        """
        ...

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Versions of packages for a release of a channel, from the feeds as they are now."""
        ...

    def listen(self, listener: Listener) -> None:
        """Call back with (events, before, after) for all that is committed from now on."""
        ...

    def states(self) -> AsyncIterator[State]:
        """The present State, and then every later one, merged to at most 30 a second."""
        ...

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """The newest runs of the space, open and ended."""
        ...

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Ended runs that fulfil a query, which is resolved, the newest of those before a number."""
        ...

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """How many ended runs a query finds, and the values of all; None where a server does not say."""
        ...

    async def family(self, root: str) -> State:
        """A State in which a run and all it started can be looked at, though it has ended."""
        ...

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is; a job without output has no file."""
        ...

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is that a job's script had kept."""
        ...
