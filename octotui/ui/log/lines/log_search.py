"""Searches the output of the last runs for a pattern, the newest run first, as grep does."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

from octotui.engine.commands import Refused
from octotui.engine.queries.query import EVERYTHING, Query
from octotui.engine.state import State
from octotui.store.journal.run_records import RunRecord, run_number
from octotui.store.logs.line_streams import STDERR, LineStreamReader
from octotui.store.logs.log_reader import LogReader
from octotui.ui.log.lines.line_scan import LineScan
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.logs.job_logs import JobLog, of_run

NAMED = 5  # lines that are left out, of those that a warning names
SPAN = 500  # lines of a block that are read at once
TOO_LONG = "the pattern takes too long for too many lines: search for a simpler one"


class SearchedSpace(Protocol):
    """What is needed of a space, be it a server's or a closed one."""

    @property
    def state(self) -> State:
        """The State as it is known here."""
        ...

    async def history(self, query: Query, before: int | None, limit: int) -> list[RunRecord]:
        """Return ended runs, newest first."""
        ...

    async def family(self, root: str) -> State:
        """Return a State with a run and its descendants."""
        ...

    async def whole_log(self, run: str, job: str) -> Path:
        """Return the path of a job's output, complete to its present end."""
        ...


class FoundLine(NamedTuple):
    """A matching line: whose it is, its number from 1, when it was printed, its stream, and its raw text."""

    log: JobLog
    number: int
    at: float | None
    stream: str
    text: str


class LogSearch(NamedTuple):
    """What is searched for, and where: in one run or the `last` ones, in a step, in a stream."""

    pattern: Pattern
    run: str | None
    last: int
    step: str | None = None
    stream: str | None = None
    warn: Callable[[str], None] = lambda sentence: None

    async def found(self, space: SearchedSpace) -> AsyncIterator[FoundLine]:
        """Yield the matching lines, those of the newest run first; raises Refused."""
        async for log, path in self.logs(space):
            for lines in self.lines(log, path):
                for line in lines:
                    yield line

    async def logs(self, space: SearchedSpace) -> AsyncIterator[tuple[JobLog, Path]]:
        """Yield the logs to search, those of the newest run first; none of a run that there is not."""
        families: dict[str, State] = {}
        for run, root in await self._runs(space):
            if root not in families:
                families = {root: await space.family(root)}  # runs of a family are often side by side
            for log in of_run(families[root], run):
                if self.step is None or log.name == self.step or log.name.startswith(f"{self.step} on "):
                    yield log, await space.whole_log(log.run, log.job)

    async def _runs(self, space: SearchedSpace) -> list[tuple[str, str]]:
        """Return the runs to search, each with the first of its family, newest first."""
        if self.run is not None:
            return [(self.run, self.run)]
        ended = await space.history(EVERYTHING, None, self.last)
        found = {record.id: record.root for record in ended}
        found |= {run.id: run.root for run in space.state.runs.values()}
        return sorted(found.items(), key=lambda each: -run_number(each[0]))[: self.last]

    def lines(self, log: JobLog, path: Path) -> Iterator[list[FoundLine]]:
        """Yield the matching lines of a log, a list for each block, which may be empty; raises Refused."""
        streams = LineStreamReader(path)
        streams.refresh()
        with LogReader(path) as reader:
            scan = LineScan(path, self.pattern)
            try:
                for numbers in scan.run(reader.size):
                    lines = (
                        FoundLine(log, number + 1, reader.time_of(number), _stream(streams, number), text)
                        for number, text in _texts(reader, numbers)
                    )
                    yield [line for line in lines if self.stream in (None, line.stream)]
            except TimeoutError:
                raise Refused(TOO_LONG) from None
            finally:
                if scan.skipped:
                    self.warn(_left_out(log, scan.skipped))


def _stream(streams: LineStreamReader, number: int) -> str:
    return "stderr" if streams.of(number) == STDERR else "stdout"


def _texts(reader: LogReader, numbers: list[int]) -> Iterator[tuple[int, str]]:
    """Yield lines, from 0, with their raw texts."""
    for _, near in groupby(numbers, lambda number: number // SPAN):
        wanted = list(near)
        texts = reader.lines(wanted[0], wanted[-1] + 1)
        yield from ((number, texts[number - wanted[0]]) for number in wanted)


def _left_out(log: JobLog, lines: Sequence[int]) -> str:
    """Return a sentence about lines, from 0, that were not searched."""
    named = ", ".join(f"{line + 1:,}" for line in lines[:NAMED])
    more = f" and {len(lines) - NAMED:,} more" if len(lines) > NAMED else ""
    what = "line" if len(lines) == 1 else "lines"
    return f"{log.run}, {log.name}: {what} {named}{more} left out, since the pattern takes too long there"
