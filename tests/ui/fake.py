"""A session on a small world in virtual time: what the app talks to in tests."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from octotui.engine.commands import Command
from octotui.engine.events import AnyEvent
from octotui.engine.queries.matcher import matches
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.runtime.space_access import Listener
from octotui.store.journal.run_records import RunRecord, record_of
from octotui.store.journal.search_summary import SearchSummary, summary_of
from tests.scenes import Scene
from tests.world import replay

OUTPUT = """\
creating an instance for Development
allocating 20 GiB
waiting for the instance to be available
"""


class FakeSession:
    """A Session whose world stands still until a command, or `later`, moves it."""

    def __init__(self, scene: Scene, directory: Path, user: str = "ann") -> None:
        self.user = user
        self.trouble = ""
        self.directory = directory
        self.world = scene.world
        self.sent: list[Command] = []
        self.older: list[RunRecord] = []  # the newest first
        self.asked: list[tuple[Query, int | None]] = []
        self._changed = asyncio.Event()
        self._listeners: list[Listener] = []
        self._told = (len(scene.world.events), scene.state)

    @property
    def state(self) -> State:
        return self.world.state

    def now(self) -> float:
        return self.world.now

    async def send(self, command: Command) -> tuple[AnyEvent, ...]:
        self.sent.append(command)
        events = self.world.send(command)
        self._publish()
        return events

    async def choose(
        self, needed: tuple[str, ...], channel: object
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        return dict.fromkeys(needed, "1.0.0"), ()

    def later(self, moment: float) -> None:
        """Let time pass until so many seconds after the start."""
        self.world.run_until(moment)
        self._publish()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def _publish(self) -> None:
        count, before = self._told
        events = tuple(self.world.events[count:])
        self._told = len(self.world.events), self.state
        for listener in self._listeners if events else ():
            listener(events, before, self.state)
        self._changed.set()
        self._changed = asyncio.Event()

    async def states(self) -> AsyncIterator[State]:
        seen: State | None = None
        while True:
            changed = self._changed
            if self.state is not seen:
                seen = self.state
                yield seen
            else:
                await changed.wait()

    def recent(self, limit: int = 100) -> list[RunRecord]:
        found: dict[str, RunRecord] = {}
        for event in self.world.events:
            name = getattr(event, "run", "")
            record = record_of(event, found.get(name))
            if record is not None:
                found[name] = record
        return [*sorted(found.values(), key=lambda each: -each.number), *self.older][:limit]

    async def history(
        self, query: Query = EVERYTHING, before: int | None = None, limit: int = 100
    ) -> list[RunRecord]:
        self.asked.append((query, before))
        ended = (each for each in self._ended() if before is None or each.number < before)
        return [each for each in ended if matches(query, each, self.state.model.place_names)][:limit]

    async def summary(self, query: Query = EVERYTHING) -> SearchSummary:
        return summary_of(self._ended(), query, self.state.model.place_names)

    def _ended(self) -> list[RunRecord]:
        return [each for each in self.recent(1 << 30) if each.ended_at is not None]

    async def family(self, root: str) -> State:
        return replay(self.world.events)

    async def events_of(self, run: str, *, others: bool = False) -> tuple[AnyEvent, ...]:
        return tuple(self.world.events)

    def artifact_path(self, run: str, job: str, name: str) -> Path:
        return Path("/state/kraken/artifacts", run, job, name)

    def log_end(self, run: str, job: str) -> int | None:
        return None

    async def whole_log(self, run: str, job: str) -> Path:
        return self.log_path(run, job)

    def log_path(self, run: str, job: str) -> Path:
        path = self.directory / f"{job}.log"
        path.write_text(OUTPUT)
        return path


def away(session: FakeSession, problem: Exception) -> None:
    """Let every look-up fail, as that of a client does whose server cannot be reached."""

    async def failing(*_: object, **more: object) -> None:
        raise problem

    for name in ("history", "summary", "family", "events_of"):
        setattr(session, name, failing)
