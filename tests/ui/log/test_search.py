"""Looking for a text in a log."""

from pathlib import Path

import pytest

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log import patterns
from octotui.ui.log.search import Search


def written(path: Path, *lines: str) -> Path:
    with LogWriter(path) as log:
        for at, line in enumerate(lines):
            log.append(line.encode("utf-8", "surrogateescape"), 1000.0 + at)
    return path


def test_a_search_takes_up_what_was_appended(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        log.append(b"\x1b[31merr\x1b[0mor\nfine\ner", 1.0)
        search = Search("error", tmp_path / "log")
        assert list(search.run()) == [None]
        assert (search.hits, search.state(0), search.state(1)) == ([0], "/error 1/1", "/error 1")
        log.append(b"ror\n" + b"fine\n" * 5000 + b"ERROR", 2.0)
        list(search.run())
        assert search.hits == [0, 2, 5003]
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
        search = Search(text, path)
        list(search.run())
        assert search.hits == hits, text
    assert search.state(5) == "/^a 1"
    assert Search("zz", path).state(0) == "/zz not found"


def test_a_search_that_takes_for_ever_gives_up_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither stops the app, nor begins again when the log grows; what it had found is kept."""
    monkeypatch.setattr(patterns, "PATIENCE", 0.05)
    path = written(tmp_path / "log", *["a\n"] * 2001, "a" * 60 + "b\n")
    search = Search("(?:a|aa)+$", path)
    assert list(search.run()) == [None]
    assert search.state(0) == "/(?:a|aa)+$ takes too long: search for a simpler pattern"
    assert search.hits == list(range(2000))
    assert list(search.run()) == []
    assert search.pattern.spans("aaa") == []
