"""Logs as they are written."""

from pathlib import Path

import pytest

from octotui.store.logs.line_levels import LevelChange, LevelReader, levels_path
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
        assert log.repeated == 0
        assert not path.exists()
        log.append(b"one\ntwo\n", 1.0)
    with LogWriter(path, 4) as log:
        assert log.repeated == 4
        log.append(b"tw", 2.0)
        assert log.repeated == 2
    with LogWriter(path) as log:
        assert log.repeated == 0
