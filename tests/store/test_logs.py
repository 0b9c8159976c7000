import struct
import tracemalloc
from pathlib import Path

import pytest

from octotui.store.levels import LevelReader, Turn, levels_path
from octotui.store.logs import BLOCK, LONGEST, Index, LogReader, LogWriter, Mark, index_path, remove


def log_of(path: Path, *chunks: bytes, seconds: float = 1.0) -> LogReader:
    with LogWriter(path) as log:
        for number, chunk in enumerate(chunks):
            log.append(chunk, 100 + number * seconds)
    return LogReader(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "run-1" / "job-1.1.log"


def test_a_job_without_output_leaves_no_file(path: Path) -> None:
    LogWriter(path).close()
    assert not path.parent.exists()
    with LogReader(path) as log:
        assert (log.line_count, log.lines(0, 10), log.tail(3), log.time_of(0)) == (0, [], [], None)


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


def test_a_second_attempt_goes_on_in_the_same_log(path: Path) -> None:
    log_of(path, b"first\n", b"lost").close()
    with log_of(path, b" and\nfound\n") as log:
        assert log.lines(0, 9) == ["first", "lost and", "found"]
        assert log.lines(2, 3) == ["found"]


def test_the_index_is_sparse(path: Path) -> None:
    line = b"x" * 99 + b"\n"
    with log_of(path, *[line] * 10_000, seconds=0) as log:
        assert index_path(path).stat().st_size < 24 * 20
        assert (log.line_count, log.lines(7_777, 7_778)) == (10_000, ["x" * 99])
    with log_of(path.with_name("slow.log"), *[line] * 100, seconds=0.0625):
        assert index_path(path.with_name("slow.log")).stat().st_size == 24 * 50


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


def test_a_lost_index_costs_time_and_nothing_else(path: Path) -> None:
    log_of(path, b"a\nb\n" * BLOCK, b"last").close()
    index_path(path).unlink()
    with LogReader(path) as log:
        assert (log.line_count, log.tail(2), log.time_of(3)) == (2 * BLOCK + 1, ["b", "last"], None)


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


def test_logs_are_private(path: Path) -> None:
    log_of(path, b"x").close()
    assert [file.stat().st_mode & 0o777 for file in (path, index_path(path))] == [0o600, 0o600]


def test_a_log_that_cannot_be_written_is_an_oserror(path: Path) -> None:
    path.parent.parent.parent.mkdir(exist_ok=True)
    path.parent.parent.touch()
    with pytest.raises(OSError, match="Not a directory"), LogWriter(path) as log:
        log.append(b"x", 1)


def test_an_index_is_read_by_its_rows(path: Path) -> None:
    with LogWriter(path) as log:
        for number in range(3):
            log.append(b"x\n", float(number))
    index = Index(path)
    assert list(index) == [Mark(0, 0, 0.0), Mark(2, 1, 1.0), Mark(4, 2, 2.0)]
    assert (index[-1], index[1:]) == (Mark(4, 2, 2.0), [Mark(2, 1, 1.0), Mark(4, 2, 2.0)])
    assert index.written(1, 3) == index_path(path).read_bytes()[24:]
    with pytest.raises(IndexError):
        index[3]
    assert len(Index(path.with_name("none"))) == 0


def test_r4_what_is_said_again_after_a_crash_is_kept_once(tmp_path: Path) -> None:
    """Wherever the log was cut, and however the output is divided this time; levels too."""
    path, whole = tmp_path / "job.log", b"one\ntwo\nthree\nfour\n"
    turns = {4: "warning", 8: "default", 14: "highlight"}
    for cut in range(len(whole) + 1):
        for size in (1, 3, 7, 100):
            remove(path)
            with LogWriter(path) as log:
                log.append(b"earlier\n", 0.0)
                log.append(whole[:cut], 1.0, [Turn(at, to) for at, to in turns.items() if at <= cut])
            with LogWriter(path, since=8) as log:
                assert log.fresh
                for at in range(0, len(whole), size):
                    chunk = whole[at : at + size]
                    here = [Turn(to - at, turns[to]) for to in turns if at <= to < at + size]
                    log.append(chunk, 2.0, here)
            assert path.read_bytes() == b"earlier\n" + whole
            levels = LevelReader(path)
            levels.refresh()
            told = [levels.of(line) for line in range(5)]
            assert told == ["default", "default", "warning", "default", "highlight"]
            assert list(levels._lines) == sorted(set(levels._lines))


def test_r4_torn_rows_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    with LogWriter(path) as log:
        log.append(b"one\n", 1.0, (Turn(0, "warning"),))
    for beside in (index_path(path), levels_path(path)):
        with beside.open("ab") as file:
            file.write(b"torn")
    with LogWriter(path, since=0) as log:
        log.append(b"one\ntwo\n", 3.0, (Turn(0, "warning"), Turn(4, "error")))
    with LogReader(path) as reader:
        assert reader.lines(0, 9) == ["one", "two"]
        assert (reader.time_of(0), reader.time_of(1)) == (1.0, 3.0)
    levels = LevelReader(path)
    levels.refresh()
    assert [levels.of(0), levels.of(1)] == ["warning", "error"]


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
