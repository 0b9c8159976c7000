"""Replay of exported runs: a space at any moment of them, read-only."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.history import History, InconsistentHistory
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.model.space import Channel
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.runtime.space_access import Listener, SpaceAccess
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.transfer.exports import FORMAT, Manifest, artifact_folder
from octotui.store.transfer.imports import ImportedRuns
from octotui.store.transfer.log_playback import LogPlayback, last_output

LULL = 5.0  # seconds without an event that a player shows; then it skips to the next
NOWHERE = Path("/dev/null")  # where nothing was exported to
NOTHING = "this is a replay: nothing can be changed"


class Replay:
    """A space as it was at one moment, at first the last one."""

    DAMAGED: ClassVar[str] = "the export is damaged: {}; export the run again"

    def __init__(self, content: ImportedRuns, user: str) -> None:
        """Load the events; raises StoreError where they are inconsistent."""
        try:
            self.timeline = History(content.events)
        except InconsistentHistory as misfit:
            raise StoreError(self.DAMAGED.format(misfit)) from misfit
        self.user = user
        self.trouble = ""  # an export has no problems of a server
        self.number = len(self.timeline)
        self.state: State = self.timeline.state(self.number)
        self._content = content
        self._until = max(self.state.at, last_output(content.folder / "logs"))
        self._moment = self._until
        self._lull = 0.0
        self._playbacks: dict[tuple[str, str], LogPlayback] = {}
        self._changed = asyncio.Event()

    def now(self) -> float:
        """Return the moment shown, in seconds since 1970."""
        return self._moment

    def go(self, number: int) -> None:
        """Show the moment after an event, clamped to those there are."""
        self._show(min(max(number, 1), len(self.timeline)))
        self._moment = self._until if number >= len(self.timeline) else self.state.at

    def go_to(self, moment: float) -> None:
        """Show a time (seconds since 1970)."""
        self._show(self.timeline.at(moment))
        self._moment = min(max(moment, self.state.at), self._until)

    def play(self, seconds: float, speed: float) -> None:
        """Advance by `seconds` times `speed`; a lull longer than LULL is skipped."""
        if self.ended:
            return
        self._lull += seconds
        due = self._until if self.number == len(self.timeline) else self.timeline.event(self.number + 1).at
        self.go_to(due if self._lull >= LULL else self._moment + seconds * speed)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        """All events up to this moment, with the models from before the first run."""
        events = self._content.events
        return events[: len(events) - len(self.timeline) + self.number]

    @property
    def roots(self) -> tuple[str, ...]:
        """The exported runs that exist at this moment."""
        return tuple(each for each in self._content.manifest.runs if each in self.state.runs)

    @property
    def ended(self) -> bool:
        """Whether this is the last moment."""
        return self.number == len(self.timeline) and self._moment >= self._until

    def _show(self, number: int) -> None:
        if number != self.number:
            self.number, self.state = number, self.timeline.state(number)
            self._lull = 0.0
            self._changed.set()
            self._changed = asyncio.Event()

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Raise Refused: a replay is read-only."""
        raise Refused(NOTHING)

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Raise Refused: a replay is read-only."""
        raise Refused(NOTHING)

    def listen(self, listener: Listener) -> None:
        """Do nothing: a replay commits nothing."""

    async def states(self) -> AsyncIterator[State]:
        """Yield the State at the moment shown, and again after each change."""
        seen: State | None = None
        while True:
            changed = self._changed
            if self.state is not seen:
                seen = self.state
                yield seen
            else:
                await changed.wait()

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """Return nothing: every run is in the State."""
        return []

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Return nothing: every run is in the State."""
        return []

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """Return None: every run is in the State."""
        return None

    async def family(self, root: str) -> State:
        """Return the State, which holds every run."""
        return self.state

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        """Return all events up to this moment, of all runs."""
        return self.events

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output, also of what is printed after this moment."""
        return self._content.folder / "logs" / run / f"{_plain(job)}.log"

    def log_end(self, run: str, job: str) -> int | None:
        """Return how many bytes of it there were at this moment."""
        if (run, job) not in self._playbacks:
            self._playbacks[run, job] = LogPlayback(self.log_path(run, job))
        return self._playbacks[run, job].end(self._moment)

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the same path: the log is here."""
        return self.log_path(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of an artifact, which exists while the replay is open, if it was exported."""
        folder = self._content.folder / artifact_folder(run, _plain(job))
        matches = sorted(each for each in folder.glob("*/*") if each.name == name)
        return matches[0] if matches else Path("not exported: `octotui export --artifacts` takes files along")


class PastRuns(Replay):
    """A family of a space itself, as it was at one moment: its events, and its output where that is."""

    DAMAGED: ClassVar[str] = "its events do not fit: {}; `octotui audit` verifies the journal"

    def __init__(self, events: tuple[AnyEvent, ...], root: str, space: "SpaceAccess") -> None:
        """Load the events of a family; raises StoreError where they are inconsistent."""
        self._space = space
        manifest = Manifest(
            octotui_export=FORMAT,
            written_by="",
            space=space.state.model.space.name,
            runs=(root,),
            events=len(events),
            whole=True,
            artifacts=True,
        )
        super().__init__(ImportedRuns(NOWHERE, manifest, events), space.user)

    def log_path(self, run: str, job: str) -> Path:
        """Return the path of a job's output in the space, or of a copy that is begun with this."""
        return self._space.log_path(run, job)

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the path of a job's output in the space, or of a complete copy."""
        return await self._space.whole_log(run, job)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Return the path of an artifact in the space."""
        return self._space.artifact_path(run, job, name)


def _plain(job: str) -> str:
    """Return a job's id as a file name, also where it is forged."""
    return job.replace("/", "_")
