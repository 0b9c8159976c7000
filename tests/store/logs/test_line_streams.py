"""Which lines of a log came from which stream."""

from pathlib import Path

from octotui.store.logs.line_streams import (
    INSERTED,
    STDERR,
    STDOUT,
    LineStreamReader,
    StreamRow,
    lengths,
    packed,
    stored_rows,
    streams_path,
)
from octotui.store.logs.log_writer import LogWriter


def streams(path: Path, lines: int) -> list[int]:
    reader = LineStreamReader(path)
    reader.refresh()
    return [reader.of(line) for line in range(lines)]


def test_a_log_of_stdout_alone_has_no_such_file(path: Path) -> None:
    with LogWriter(path) as log:
        log.append(b"one\ntwo\n", 1.0)
    assert not streams_path(path).exists()
    assert streams(path, 3) == [STDOUT] * 3
    assert stored_rows(path) == []


def test_s9_lines_of_stderr_are_known(path: Path) -> None:
    with LogWriter(path) as log:
        for text, stream in ((b"one\n", STDOUT), (b"two\nthree\n", STDERR), (b"four\n", STDOUT)):
            log.append(text, 1.0, stream=stream)
    assert path.read_bytes() == b"one\ntwo\nthree\nfour\n"
    assert streams(path, 5) == [STDOUT, STDERR, STDERR, STDOUT, STDOUT]
    assert streams_path(path).stat().st_mode & 0o777 == 0o600


def test_s9_a_line_that_is_unfinished_is_ended_before_one_of_the_other_stream(path: Path) -> None:
    with LogWriter(path) as log:
        for text, stream in ((b"a", STDOUT), (b"b\n", STDERR), (b"c\n", STDOUT)):
            log.append(text, 1.0, stream=stream)
    assert path.read_bytes() == b"a\nb\nc\n"
    assert streams(path, 3) == [STDOUT, STDERR, STDOUT]
    rows = stored_rows(path)
    assert rows == [StreamRow(1, 1, INSERTED), StreamRow(2, 1, STDERR), StreamRow(4, 2, STDOUT)]
    assert [lengths(rows, *each) for each in ((0, 6), (1, 6), (2, 5), (0, 3), (6, 6))] == [
        *((3, 2), (2, 2), (1, 2), (1, 1), (0, 0))
    ]


def test_a_reader_sees_the_log_grow(path: Path) -> None:
    reader = LineStreamReader(path)
    reader.refresh()
    with LogWriter(path) as log:
        log.append(b"one\n", 1.0, stream=STDERR)
        reader.refresh()
        assert [reader.of(0), reader.of(1)] == [STDERR, STDERR]
        log.append(b"two\n", 1.0)
        reader.refresh()
        assert [reader.of(0), reader.of(1)] == [STDERR, STDOUT]


def test_r4_rows_whose_output_was_lost_are_replaced(path: Path) -> None:
    """R4: also for who reads them already; a torn one does no harm."""
    with LogWriter(path) as log:
        log.append(b"one\n", 1.0)
    reader = LineStreamReader(path)
    with streams_path(path).open("ab") as file:
        file.write(packed([StreamRow(4, 1, STDERR)]))
    reader.refresh()
    with streams_path(path).open("ab") as file:
        file.write(b"torn")
    with LogWriter(path, 0) as log:
        assert log.repeated() == 4
        log.append(b"one\ntwo\n", 1.0)
        log.append(b"three\n", 1.0, stream=STDERR)
    reader.refresh()
    assert [reader.of(line) for line in range(3)] == streams(path, 3) == [STDOUT, STDOUT, STDERR]
    assert lengths(stored_rows(path), 0, 14) == (8, 6)


def test_where_the_last_lines_of_a_stream_begin(path: Path) -> None:
    with LogWriter(path) as log:
        for number, stream in enumerate((STDERR, STDOUT, STDERR, STDERR, STDOUT)):
            log.append(b"%d\n" % number, 1.0, stream=stream)
    reader = LineStreamReader(path)
    assert [reader.start_of_last(count, STDOUT, 5) for count in range(4)] == [5, 4, 3, 2]
    reader.refresh()
    assert [reader.start_of_last(count, STDERR, 5) for count in range(5)] == [4, 3, 2, 0, 0]
    assert [reader.start_of_last(count, STDOUT, 5) for count in range(4)] == [5, 4, 1, 0]
    assert reader.start_of_last(1, STDERR, 1) == 0, "rows beyond the lines that were counted"


def test_the_stored_form_stays(path: Path) -> None:
    """Logs and exports of this version open for ever: offset and line in eight bytes each, and the stream."""
    stored = bytes.fromhex(
        "0100000000000000" + "0100000000000000" + "02" + "0200000000000000" + "0100000000000000" + "01"
    )
    with LogWriter(path) as log:
        log.append(b"a", 1.0)
        log.append(b"b\n", 1.0, stream=STDERR)
    assert streams_path(path).name == "job-1.1.log.streams"
    assert streams_path(path).read_bytes() == stored


def test_where_a_stream_begins_before_and_after_a_line(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        for stream in (STDOUT, STDERR, STDERR, STDOUT, STDERR):
            log.append(b"line\n", 1.0, (), stream)
    streams = LineStreamReader(tmp_path / "log")
    streams.refresh()
    assert [streams.start_beside(line, STDERR, 1) for line in (0, 1, 4)] == [1, 4, None]
    assert [streams.start_beside(line, STDERR, -1) for line in (0, 1, 4, 5)] == [None, None, 1, 4]
