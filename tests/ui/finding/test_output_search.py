"""Searching the output of the last runs block by block."""

import asyncio
from pathlib import Path

import pytest

from octotui.ui.finding import output_search
from octotui.ui.finding.output_search import OutputSearch
from octotui.views.finding.found_lines import FoundRow
from tests import scenes
from tests.ui.fake import FakeSession


class Space(FakeSession):
    """A space whose jobs have printed the same."""

    content = b"copied\nthe disk is full\n"

    async def whole_log(self, run: str, job: str) -> Path:
        path = self.directory / f"{job}.log"
        path.write_bytes(self.content)
        return path


def searched(search: OutputSearch, directory: Path) -> bool:
    return asyncio.run(search.go(Space(scenes.seed(), directory)))


def test_rows_are_reported_with_what_matches(tmp_path: Path) -> None:
    rows: list[FoundRow] = []
    search = OutputSearch("disk", rows.extend)
    assert searched(search, tmp_path)
    assert {(row.number, row.before, row.match, row.behind) for row in rows} == {
        (2, "the ", "disk", " is full")
    }
    assert (search.count, search.is_running, search.was_stopped, search.is_full) == (
        len(rows),
        False,
        False,
        False,
    )


def test_it_is_stopped_within_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the present block, and before other logs."""
    monkeypatch.setattr("octotui.ui.log.lines.line_scan.BLOCK", 64)
    monkeypatch.setattr(output_search, "REPORTS", -1.0)
    monkeypatch.setattr(Space, "content", b"the disk is full\n" * 90)
    rows: list[FoundRow] = []

    def report(found: list[FoundRow]) -> None:
        rows.extend(found)
        search.stop()

    search = OutputSearch("disk", report)
    assert searched(search, tmp_path)
    assert search.was_stopped
    assert {row.job for row in rows} == {rows[0].job}
    assert len(rows) <= 6


def test_no_more_than_a_list_shows_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_search, "MOST", 3)
    monkeypatch.setattr(Space, "content", b"full\n" * 2)
    rows: list[FoundRow] = []
    search = OutputSearch("full", rows.extend)
    assert searched(search, tmp_path)
    assert search.is_full
    assert len(rows) == search.count == 3
