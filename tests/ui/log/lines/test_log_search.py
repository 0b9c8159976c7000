"""Searching the output of the last runs."""

import asyncio
from pathlib import Path

import pytest

from octotui.engine.commands import Refused
from octotui.store.logs import log_index
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines import line_scan, patterns
from octotui.ui.log.lines.log_search import FoundLine, LogSearch
from octotui.ui.log.lines.patterns import Pattern
from octotui.views.logs.job_logs import JobLog
from tests import scenes
from tests.ui.fake import FakeSession


class Space(FakeSession):
    """A space whose jobs have printed the same."""

    async def whole_log(self, run: str, job: str) -> Path:
        path = self.directory / f"{job}.log"
        log_index.remove(path)
        with LogWriter(path) as log:
            log.append(b"copied\n" * 2000 + b"ended\n", 10.0)
            log.append(b"disk full\n", 20.0, (), STDERR)
        return path


def found(directory: Path, search: LogSearch) -> list[FoundLine]:
    async def main() -> list[FoundLine]:
        return [line async for line in search.found(Space(scenes.seed(), directory))]

    return asyncio.run(main())


def test_lines_come_with_their_numbers_times_and_streams(tmp_path: Path) -> None:
    lines = found(tmp_path, LogSearch(Pattern("full|end"), None, 100))
    assert [line[1:] for line in lines[:2]] == [
        (2001, 10.0, "stdout", "ended"),
        (2002, 20.0, "stderr", "disk full"),
    ]
    runs = [int(line.log.run.removeprefix("run-")) for line in lines]
    assert runs == sorted(runs, reverse=True)
    assert len(set(runs)) > 1


def test_only_so_many_runs_steps_and_streams_are_searched(tmp_path: Path) -> None:
    everything = LogSearch(Pattern("full"), None, 100)
    newest = found(tmp_path, everything)[0].log
    assert {line.log.run for line in found(tmp_path, everything._replace(run=newest.run))} == {newest.run}
    assert found(tmp_path, everything._replace(last=1)) in (
        [],
        [FoundLine(newest, 2002, 20.0, "stderr", "disk full")],
    )
    assert found(tmp_path, everything._replace(step="no such step")) == []
    assert found(tmp_path, everything._replace(stream="stdout")) == []
    assert len(found(tmp_path, LogSearch(Pattern("copied"), newest.run, 1))) == 2000


def test_a_pattern_that_takes_for_ever_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "PATIENCE", 0.0)
    monkeypatch.setattr(patterns, "GLANCE", 0.0)
    monkeypatch.setattr(patterns, "MOST_SKIPPED", 3)
    with pytest.raises(Refused, match="takes too long"):
        found(tmp_path, LogSearch(Pattern("(?:o|oo|p)+$"), None, 100))


def test_of_a_run_that_there_is_not_nothing_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, LogSearch(Pattern("full"), "run-999", 1)) == []


def test_who_searches_may_stop_after_each_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing was found in it."""
    monkeypatch.setattr(line_scan, "BLOCK", 100)
    path = tmp_path / "log"
    path.write_bytes(b"copied\n" * 100 + b"disk full\n")
    blocks = list(LogSearch(Pattern("full"), None, 1).lines(JobLog("run-1", "job-1.1", "Dump", False), path))
    assert len(blocks) > 5
    assert [[line.number for line in block] for block in blocks if block] == [[101]]


class SlowSpace(FakeSession):
    """A space whose jobs have printed a line for which a pattern takes for ever, and others."""

    async def whole_log(self, run: str, job: str) -> Path:
        path = self.directory / f"{job}.log"
        log_index.remove(path)
        with LogWriter(path) as log:
            log.append(b"copied\n" + b"a" * 60 + b"b\nc aaa\n", 10.0)
        return path


def test_a_line_that_takes_for_ever_is_left_out_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others are searched, those of further jobs too."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.02)
    warned: list[str] = []
    search = LogSearch(Pattern("(?:a|aa)+$"), None, 100, warn=warned.append)

    async def main() -> list[FoundLine]:
        return [line async for line in search.found(SlowSpace(scenes.seed(), tmp_path))]

    lines = asyncio.run(main())
    assert {(line.number, line.text) for line in lines} == {(3, "c aaa")}
    assert len(warned) == len(lines) > 1
    first = lines[0].log
    assert warned[0] == (
        f"{first.run}, {first.name}: line 2 left out, since the pattern takes too long there"
    )
