"""Exported runs as something to look at: any moment of them, and nothing that could be changed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from octotui.engine.commands import Command, Refused
from octotui.engine.events import AnyEvent
from octotui.engine.history import History, InconsistentHistory
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.model.space import Channel
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.runtime.space_access import Listener
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord
from octotui.store.journal.search_summary import SearchSummary
from octotui.store.transfer.exports import artifact_folder
from octotui.store.transfer.imports import ImportedRuns
from octotui.store.transfer.log_playback import LogPlayback, last_output

LULL = 5.0  # seconds for which a player shows that nothing happens; then comes what happens next
NOTHING = "this is a replay: nothing can be changed"


class Replay:
    """What a screen sees of a space, as it was at one moment; it begins at the last one."""

    def __init__(self, content: ImportedRuns, user: str) -> None:
        """Raises StoreError where the events do not fit together."""
        try:
            self.film = History(content.events)
        except InconsistentHistory as misfit:
            raise StoreError(f"the export is damaged: {misfit}; export the run again") from misfit
        self.user = user
        self.trouble = ""  # a file that was exported is in none
        self.number = len(self.film)
        self.state: State = self.film.state(self.number)
        self._content = content
        self._until = max(self.state.at, last_output(content.folder / "logs"))
        self._moment = self._until
        self._lull = 0.0
        self._reels: dict[tuple[str, str], LogPlayback] = {}
        self._changed = asyncio.Event()

    def now(self) -> float:
        """The moment looked at, in seconds since 1970."""
        return self._moment

    def go(self, number: int) -> None:
        """Look at the moment after an event, or at the nearest there is."""
        self._show(min(max(number, 1), len(self.film)))
        self._moment = self._until if number >= len(self.film) else self.state.at

    def go_to(self, moment: float) -> None:
        """Look at a time."""
        self._show(self.film.at(moment))
        self._moment = min(max(moment, self.state.at), self._until)

    def play(self, seconds: float, speed: float) -> None:
        """Let time pass so many times as fast; a lull is cut short."""
        if self.ended:
            return
        self._lull += seconds
        due = self._until if self.number == len(self.film) else self.film.event(self.number + 1).at
        self.go_to(due if self._lull >= LULL else self._moment + seconds * speed)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        """All that had happened by now, with the models from before the first run."""
        events = self._content.events
        return events[: len(events) - len(self.film) + self.number]

    @property
    def roots(self) -> tuple[str, ...]:
        """The runs that were exported and are there by now."""
        return tuple(each for each in self._content.manifest.runs if each in self.state.runs)

    @property
    def ended(self) -> bool:
        """Whether this is the last moment."""
        return self.number == len(self.film) and self._moment >= self._until

    def _show(self, number: int) -> None:
        if number != self.number:
            self.number, self.state = number, self.film.state(number)
            self._lull = 0.0
            self._changed.set()
            self._changed = asyncio.Event()

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        """Nothing: what has been can't be changed."""
        raise Refused(NOTHING)

    async def choose(self, needed: tuple[str, ...], channel: Channel) -> Chosen:
        """Nothing either."""
        raise Refused(NOTHING)

    def listen(self, listener: Listener) -> None:
        """Never call back: nothing is committed here."""

    async def states(self) -> AsyncIterator[State]:
        """The State looked at, and each other one."""
        seen: State | None = None
        while True:
            changed = self._changed
            if self.state is not seen:
                seen = self.state
                yield seen
            else:
                await changed.wait()

    def recent(self, limit: int = 100) -> list[RunRecord]:
        """No runs but those of the State: none of them ever leaves it."""
        return []

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        """Nothing more: all that there is can be seen."""
        return []

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary | None:
        """None: all that there is can be seen and counted."""
        return None

    async def family(self, root: str) -> State:
        """The State looked at, in which all runs are."""
        return self.state

    def log_path(self, run: str, job: str) -> Path:
        """Where a job's output is, as far as it had come."""
        reel = self._reels.get((run, job))
        if reel is None:
            folder = self._content.folder
            log = folder / "logs" / run / f"{_plain(job)}.log"
            self._reels[run, job] = reel = LogPlayback(log, folder.with_name("shown") / run / log.stem)
        return reel.seek(self._moment)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        """Where a file is for as long as this is looked at, if it was exported."""
        folder = self._content.folder / artifact_folder(run, _plain(job))
        matches = sorted(each for each in folder.glob("*/*") if each.name == name)
        return matches[0] if matches else Path("not exported: `octotui export --artifacts` takes files along")


def _plain(job: str) -> str:
    """A job's id as the name of a file, though somebody may have made it up."""
    return job.replace("/", "_")
