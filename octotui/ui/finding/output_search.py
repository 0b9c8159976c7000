"""A search of the output of the last runs in a thread: bounded, and stopped between two blocks."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from octotui.ui.log.lines.log_search import FoundLine, LogSearch, SearchedSpace
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.finding.found_lines import FoundRow, parts_of
from octotui.views.logs.job_logs import JobLog
from octotui.views.text.log_text import plain
from octotui.views.text.visible_text import visible

LAST = 20  # runs
MOST = 2000  # lines
OF_JOB = 100  # lines
REPORTS = 0.1  # seconds between two


class OutputSearch:
    """A search of the newest runs; `report` gets the rows that were found, in the thread that scans."""

    def __init__(self, text: str, report: Callable[[list[FoundRow]], object]) -> None:
        self.text = text
        self.run = ""  # that is searched now
        self.count = 0
        self.is_running = False
        self._stopped = Event()
        self._search = LogSearch(Pattern(text), None, LAST)
        self._report = report

    @property
    def is_full(self) -> bool:
        """Whether as many lines were found as are listed."""
        return self.count >= MOST

    @property
    def skipped(self) -> int:
        """The number of lines that are left out, since the pattern takes too long for them."""
        return self._search.pattern.skipped

    @property
    def was_stopped(self) -> bool:
        """Whether it was stopped before all logs were searched."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop after the present block."""
        self._stopped.set()

    async def go(self, space: SearchedSpace) -> bool:
        """Search log after log until all are, or it is stopped or full; raises Refused and StoreError.

        Return True.
        """
        self.is_running = True
        try:
            async for log, path in self._search.logs(space):
                self.run = log.run
                if not self.was_stopped and not self.is_full:
                    await asyncio.to_thread(self._scan, log, path)
                if self.was_stopped or self.is_full:
                    break
        finally:
            self.is_running = False
        return True

    def _scan(self, log: JobLog, path: Path) -> None:
        """Report the matching lines of a log, at most OF_JOB; give others their turn after each block."""
        found: list[FoundRow] = []
        of_job, reported_at = 0, time.monotonic()
        for lines in self._search.lines(log, path):
            rows = [self._row(line) for line in lines[: min(OF_JOB - of_job, MOST - self.count)]]
            of_job, self.count = of_job + len(rows), self.count + len(rows)
            found += rows
            if of_job == OF_JOB:
                found[-1] = found[-1]._replace(is_last=True)
            if of_job == OF_JOB or self.is_full or self.was_stopped:
                break
            if found and time.monotonic() - reported_at > REPORTS:
                self._report(found)
                found, reported_at = [], time.monotonic()
            time.sleep(0.0005)
        if found:
            self._report(found)

    def _row(self, line: FoundLine) -> FoundRow:
        text = plain(line.text)
        span = next(iter(self._search.pattern.spans(text)), (0, 0))
        log = line.log
        return FoundRow(log.run, log.job, visible(log.name), line.number, *parts_of(text, span))
