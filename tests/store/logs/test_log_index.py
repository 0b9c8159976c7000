"""The index of a log."""

from pathlib import Path

import pytest

from octotui.store.logs.log_index import IndexEntry, LogIndex, index_path
from octotui.store.logs.log_reader import BLOCK, LogReader
from octotui.store.logs.log_writer import LogWriter
from tests.store.logs.conftest import log_of


def test_the_index_is_sparse(path: Path) -> None:
    line = b"x" * 99 + b"\n"
    with log_of(path, *[line] * 10_000, seconds=0) as log:
        assert index_path(path).stat().st_size < 24 * 20
        assert (log.line_count, log.lines(7_777, 7_778)) == (10_000, ["x" * 99])
    with log_of(path.with_name("slow.log"), *[line] * 100, seconds=0.0625):
        assert index_path(path.with_name("slow.log")).stat().st_size == 24 * 50


def test_a_lost_index_costs_time_and_nothing_else(path: Path) -> None:
    log_of(path, b"a\nb\n" * BLOCK, b"last").close()
    index_path(path).unlink()
    with LogReader(path) as log:
        assert (log.line_count, log.tail(2), log.time_of(3)) == (2 * BLOCK + 1, ["b", "last"], None)


def test_an_index_is_read_by_its_rows(path: Path) -> None:
    with LogWriter(path) as log:
        for number in range(3):
            log.append(b"x\n", float(number))
    index = LogIndex(path)
    assert list(index) == [IndexEntry(0, 0, 0.0), IndexEntry(2, 1, 1.0), IndexEntry(4, 2, 2.0)]
    assert (index[-1], index[1:]) == (IndexEntry(4, 2, 2.0), [IndexEntry(2, 1, 1.0), IndexEntry(4, 2, 2.0)])
    with pytest.raises(IndexError):
        index[3]
    assert len(LogIndex(path.with_name("none"))) == 0
