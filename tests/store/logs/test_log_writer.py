"""Logs as they are written."""

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from octotui.store.logs import log_writer
from octotui.store.logs.line_levels import LevelChange, LevelReader, levels_path
from octotui.store.logs.line_streams import (
    INSERTED,
    STDERR,
    STDOUT,
    LineStreamReader,
    StreamRow,
    stored_rows,
)
from octotui.store.logs.log_index import index_path, remove
from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.log_writer import LogWriter
from tests.store.logs.conftest import log_of


def test_a_job_without_output_leaves_no_file(path: Path) -> None:
    LogWriter(path).close()
    assert not path.parent.exists()
    with LogReader(path) as log:
        assert (log.line_count, log.lines(0, 10), log.tail(3), log.time_of(0)) == (0, [], [], None)


def test_a_second_attempt_goes_on_in_the_same_log(path: Path) -> None:
    log_of(path, b"first\n", b"lost").close()
    with log_of(path, b" and\nfound\n") as log:
        assert log.lines(0, 9) == ["first", "lost and", "found"]
        assert log.lines(2, 3) == ["found"]


def test_logs_are_private(path: Path) -> None:
    log_of(path, b"x").close()
    assert [file.stat().st_mode & 0o777 for file in (path, index_path(path))] == [0o600, 0o600]


def test_a_log_that_cannot_be_written_is_an_oserror(path: Path) -> None:
    path.parent.parent.parent.mkdir(exist_ok=True)
    path.parent.parent.touch()
    with pytest.raises(OSError, match="Not a directory"), LogWriter(path) as log:
        log.append(b"x", 1)


def test_r4_what_is_said_again_after_a_crash_is_kept_once(tmp_path: Path) -> None:
    """Wherever the log was cut, and however the output is divided this time; levels too."""
    path, whole = tmp_path / "job.log", b"one\ntwo\nthree\nfour\n"
    turns = {4: "warning", 8: "default", 14: "highlight"}
    for cut in range(len(whole) + 1):
        for size in (1, 3, 7, 100):
            remove(path)
            with LogWriter(path) as log:
                log.append(b"earlier\n", 0.0)
                log.append(whole[:cut], 1.0, [LevelChange(at, to) for at, to in turns.items() if at <= cut])
            with LogWriter(path, since=8) as log:
                assert log.fresh
                for at in range(0, len(whole), size):
                    chunk = whole[at : at + size]
                    here = [LevelChange(to - at, turns[to]) for to in turns if at <= to < at + size]
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
        log.append(b"one\n", 1.0, (LevelChange(0, "warning"),))
    for beside in (index_path(path), levels_path(path)):
        with beside.open("ab") as file:
            file.write(b"torn")
    with LogWriter(path, since=0) as log:
        log.append(b"one\ntwo\n", 3.0, (LevelChange(0, "warning"), LevelChange(4, "error")))
    with LogReader(path) as reader:
        assert reader.lines(0, 9) == ["one", "two"]
        assert (reader.time_of(0), reader.time_of(1)) == (1.0, 3.0)
    levels = LevelReader(path)
    levels.refresh()
    assert [levels.of(0), levels.of(1)] == ["warning", "error"]


def test_r4_it_is_known_how_much_is_said_again(path: Path) -> None:
    with LogWriter(path, 0) as log:
        assert log.repeated() == 0
        assert not path.exists()
        log.append(b"one\ntwo\n", 1.0)
    with LogWriter(path, 4) as log:
        assert log.repeated() == 4
        log.append(b"tw", 2.0)
        assert log.repeated() == 2
    with LogWriter(path) as log:
        assert log.repeated() == 0


class Killed(Exception):
    """Raised in the middle of a write."""


def test_r4_of_two_streams_nothing_is_lost_doubled_or_swapped_after_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4, S9: each comes again in other pieces and another order, whichever write was cut; levels too."""
    whole = (b"out 1\nout 2\n\nout 3 is long\nout", b"error 1\nerror 2\nerror 3")
    told = ({6: "warning", 13: "default"}, {8: "verbose"})
    for seed in range(500):
        random, path = Random(seed), tmp_path / f"{seed}.log"
        with LogWriter(path) as log:
            log.append(b"before", 0.0)
        for _ in range(2):
            monkeypatch.setattr(log_writer, "_write", _until_killed(random))
            with suppress(Killed), LogWriter(path, 6) as log:
                _append_all(log, whole, told, random)
        monkeypatch.undo()
        with LogWriter(path, 6) as log:
            _append_all(log, whole, told, random)
        _check(path, whole, told)


def _until_killed(random: Random) -> Callable[[int, bytes], None]:
    """Return a write that is cut after a number of whole ones."""
    left = random.randint(0, 25)

    def write(file: int, data: bytes) -> None:
        nonlocal left
        left -= 1
        os.write(file, data if left >= 0 else data[: random.randint(0, len(data))])
        if left < 0:
            raise Killed

    return write


def _append_all(
    log: LogWriter, whole: tuple[bytes, ...], told: tuple[dict[int, str], ...], random: Random
) -> None:
    at = [0, 0]
    while left := [stream for stream in (STDOUT, STDERR) if at[stream] < len(whole[stream])]:
        stream = random.choice(left)
        start = at[stream]
        at[stream] = min(len(whole[stream]), start + random.randint(1, 9))
        changes = [
            LevelChange(to - start, level) for to, level in told[stream].items() if start <= to < at[stream]
        ]
        log.append(whole[stream][start : at[stream]], 1.0, changes, stream)


def _check(path: Path, whole: tuple[bytes, ...], told: tuple[dict[int, str], ...]) -> None:
    """Compare a log with its streams: byte by byte, and line by line."""
    body, found, levels, streams = path.read_bytes(), [b"", b""], LevelReader(path), LineStreamReader(path)
    levels.refresh()
    streams.refresh()
    rows = [*stored_rows(path), StreamRow(len(body), 0, STDOUT)]
    assert body.startswith(b"before")
    begins = 6
    for row, after in pairwise([StreamRow(0, 0, STDOUT), *rows]):
        part = body[max(row.offset, begins) : after.offset]
        if row.stream == INSERTED:
            assert part == b"\n"
            continue
        for at, byte in enumerate(part, max(row.offset, begins)):
            line, place = body.count(b"\n", 0, at), len(found[row.stream])
            assert streams.of(line) == row.stream
            begun = [to for to in told[row.stream] if to <= place]
            if body[at - 1 : at] == b"\n" or at == 0:
                assert levels.of(line) == (told[row.stream][begun[-1]] if begun else "default"), (path, at)
            found[row.stream] += bytes([byte])
    assert tuple(found) == whole
