"""Looking for a text in a log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines import patterns
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.line_scan import BLOCK
from octotui.ui.log.lines.search import Search


def written(path: Path, *lines: str) -> Path:
    with LogWriter(path) as log:
        for at, line in enumerate(lines):
            log.append(line.encode("utf-8", "surrogateescape"), 1000.0 + at)
    return path


def test_a_search_takes_up_what_was_appended(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        log.append(b"\x1b[31merr\x1b[0mor\nfine\ner", 1.0)
        search = Search("error", JobLines(tmp_path / "log"))
        assert list(search.run()) == [None, None]
        assert (list(search.hits), search.state(0), search.state(1)) == ([0], "/error 1/1", "/error 1")
        log.append(b"ror\n" + b"fine\n" * 5000 + b"ERROR", 2.0)
        list(search.run())
        assert list(search.hits) == [0, 2, 5003]
        assert [search.next(0, 1), search.next(5003, 1), search.next(1, -1), search.next(0, -1)] == [
            2,
            0,
            0,
            5003,
        ]


def test_a_search_is_forgiving(tmp_path: Path) -> None:
    path = written(tmp_path / "log", "a (b\n", "[[x]\n", "Case\n")
    for text, hits in [
        ("(b", [0]),
        ("[[x]", [1]),
        ("case", [2]),
        ("CASE", []),
        (r"\S+se$", [2]),
        ("*", []),
        ("^a", [0]),
    ]:
        search = Search(text, JobLines(path))
        list(search.run())
        assert list(search.hits) == hits, text
    assert search.state(5) == "/^a 1"
    assert Search("zz", JobLines(path)).state(0) == "/zz not found"


def test_a_search_that_takes_for_ever_gives_up_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither stops the app, nor begins again when the log grows; what it had found is kept."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.05)
    monkeypatch.setattr(patterns, "MOST_SKIPPED", 1)
    path = written(tmp_path / "log", "a\n" * (BLOCK // 2), ("a" * 60 + "b\n") * 2)
    search = Search("(?:a|aa)+$", JobLines(path))
    assert list(search.run()) == [None]
    assert search.state(0) == "/(?:a|aa)+$ takes too long: search for a simpler pattern"
    assert list(search.hits) == list(range(BLOCK // 2))
    assert list(search.run()) == []
    assert search.pattern.spans("aaa") == []


def test_a_line_that_takes_for_ever_is_left_out_and_the_search_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unfinished one is not looked at again each time that it has grown."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.05)
    with LogWriter(tmp_path / "log") as log:
        log.append(b"aa\n" + b"a" * 60 + b"b\naaa\n" + b"a" * 60 + b"b", 1.0)
        search = Search("(?:a|aa)+$", JobLines(tmp_path / "log"))
        list(search.run())
        assert search.state(0) == "/(?:a|aa)+$ 1/2 · 2 lines take too long"
        log.append(b"b" * 10, 1.0)
        list(search.run())
        assert search.pattern.skipped == 2
        log.append(b"b\naaaa\n", 1.0)
        list(search.run())
        assert list(search.hits) == [0, 2, 4]


def test_what_is_found_before_what_is_known_is_sorted_in(tmp_path: Path) -> None:
    """Lines of several logs; no more are kept than can be."""

    class Found:
        unfinished = None

        def __init__(self, *blocks: list[int]) -> None:
            self.blocks = blocks

        def run(self) -> Iterator[list[int]]:
            yield from self.blocks

    lines = JobLines(tmp_path / "none")
    lines.scans = lambda pattern: (Found([4, 6], [8]), Found([1], [5, 9], []))  # type: ignore[method-assign, assignment]
    search = Search("x", lines)
    for _ in search.run():
        assert list(search.hits) == sorted(search.hits)
    assert list(search.hits) == [1, 4, 5, 6, 8, 9]
    assert search.merges


def test_more_than_can_be_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.ui.log.lines.search.MOST", 100)
    search = Search("a", JobLines(written(tmp_path / "log", "a\n" * 101)))
    list(search.run())
    assert search.state(0) == "/a 1/101+"
    assert list(search.run()) == []
