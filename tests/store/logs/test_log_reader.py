"""Logs as they are read."""

import struct
import tracemalloc
from pathlib import Path

from octotui.store.logs.log_index import index_path
from octotui.store.logs.log_reader import BLOCK, LONGEST, LogReader
from octotui.store.logs.log_writer import LogWriter
from tests.store.logs.conftest import log_of


def test_lines_are_found_across_chunks(path: Path) -> None:
    with log_of(path, b"one\ntw", b"o\n", b"\nfour\nfi", b"ve") as log:
        assert log.line_count == 5
        assert log.lines(0, 9) == ["one", "two", "", "four", "five"]
        assert [log.lines(n, n + 1) for n in range(5)] == [["one"], ["two"], [""], ["four"], ["five"]]
        assert log.lines(1, 3) == ["two", ""]
        assert log.lines(-3, 1) == ["one"]
        assert log.lines(4, 2) == []
        assert log.tail(2) == ["four", "five"]
        assert log.tail(99) == ["one", "two", "", "four", "five"]


def test_times_are_those_of_chunks(path: Path) -> None:
    with log_of(path, b"a\n", b"b\nc\n", b"d\n") as log:
        assert [log.time_of(n) for n in range(4)] == [100, 101, 101, 102]


def test_what_is_not_text_is_replaced(path: Path) -> None:
    with log_of(path, b"caf\xc3\xa9 \xff\x00|\r\n") as log:
        assert log.lines(0, 1) == ["café \ufffd\x00|\r"]


def test_a_reader_follows_a_log_that_grows(path: Path) -> None:
    reader = LogReader(path)
    with LogWriter(path) as log:
        log.append(b"one\ntw", 1)
        assert reader.line_count == 0
        reader.refresh()
        assert reader.tail(1) == ["tw"]
        log.append(b"o\n", 2)
        assert reader.tail(1) == ["tw"]
        reader.refresh()
        reader.refresh()
        assert (reader.line_count, reader.tail(1)) == (2, ["two"])
    reader.close()


def test_every_line_is_where_it_should_be(path: Path) -> None:
    lines = [f"line {number} {'·' * (number * 37 % 300)}" for number in range(20_000)]
    data = "\n".join(lines).encode()
    chunks = [data[at : at + 70_001] for at in range(0, len(data), 70_001)]
    with log_of(path, *chunks) as log:
        assert log.line_count == 20_000
        for first in range(0, 20_000, 997):
            assert log.lines(first, first + 5) == lines[first : first + 5]
        assert log.lines(0, 20_000) == lines
        times = [log.time_of(number) for number in range(0, 20_000, 100)]
        assert times == sorted(times, key=lambda at: at or 0)


def test_a_long_line_is_cut_where_it_is_shown(path: Path) -> None:
    with log_of(path, b"before\n", b"x" * (3 * BLOCK), b"y\nafter\n") as log:
        assert log.line_count == 3
        assert log.lines(1, 2) == ["x" * LONGEST + "…"]
        assert log.tail(1) == ["after"]


def test_a_large_log_takes_little_memory(path: Path) -> None:
    chunk = (b"x" * 103 + b"\n") * 10_000
    log_of(path, *[chunk] * 30, seconds=0).close()
    tracemalloc.start()
    with LogReader(path) as log:
        assert log.line_count == 300_000
        assert log.lines(150_000, 150_100) == ["x" * 103] * 100
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * BLOCK


def test_a_log_of_two_gigabytes_is_read_in_little_memory(tmp_path: Path) -> None:
    """Only what is looked at is read: the index says where that is."""
    path = tmp_path / "job.log"
    size = 2 << 30
    with path.open("wb") as file:
        file.truncate(size)
    index_path(path).write_bytes(struct.pack("<QQd", size - 8, 1 << 26, 5.0))
    tracemalloc.start()
    with LogWriter(path) as log:
        log.append(b"\nlast\n", 9.0)
    with LogReader(path) as reader:
        assert reader.tail(1) == ["last"]
        assert reader.line_count == (1 << 26) + 2
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_the_first_line_of_a_time(path: Path) -> None:
    """A time after all lines is that of the last line; without an index there are no times."""
    with LogWriter(path) as log:
        for at in (100.0, 200.0, 300.0):
            log.append(b"a\nb\n", at)
    with LogReader(path) as log:
        assert [log.line_at(at) for at in (0.0, 100.0, 150.0, 300.0, 301.0)] == [0, 0, 2, 4, 5]
    index_path(path).unlink()
    with LogReader(path) as log:
        assert log.line_at(200.0) == 0
