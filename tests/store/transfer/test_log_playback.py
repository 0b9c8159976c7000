"""A log as far as it had come at a moment."""

from pathlib import Path

from octotui.store.logs.line_levels import LevelChange, LevelReader
from octotui.store.logs.line_streams import STDERR, STDOUT, LineStreamReader, streams_path
from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.log_writer import LogWriter
from octotui.store.transfer.log_playback import LogPlayback


def written(folder: Path) -> Path:
    """A log of three seconds, one line each, the second of which is a warning."""
    path = folder / "job.log"
    with LogWriter(path) as log:
        log.append(b"one\n", 1.0)
        log.append(b"two\n", 2.0, [LevelChange(0, "warning")])
        log.append(b"three\nfour\n", 3.0, [LevelChange(0, "default"), LevelChange(6, "error")])
    return path


def lines(path: Path) -> list[str]:
    with LogReader(path) as log:
        return log.lines(0, log.line_count)


def levels(path: Path) -> list[str]:
    reader = LevelReader(path)
    reader.refresh()
    return [reader.of(line) for line in range(4)]


def test_a_log_is_wound_to_a_moment_and_on(tmp_path: Path) -> None:
    log = written(tmp_path)
    playback = LogPlayback(log, tmp_path / "shown")
    assert lines(playback.seek(0.5)) == []
    first = playback.seek(1.5)
    assert lines(first) == ["one"]
    with LogReader(first) as reader:
        assert playback.seek(2.0) == first  # a reader sees it grow
        reader.refresh()
        assert reader.lines(0, 9) == ["one", "two"]
        assert reader.time_of(1) == 2.0
        assert levels(first)[:2] == ["default", "warning"]
        assert playback.seek(9.0) == first
        reader.refresh()
        assert reader.lines(0, 9) == ["one", "two", "three", "four"]
    assert first.read_bytes() == log.read_bytes()
    assert levels(first) == levels(log) == ["default", "warning", "default", "error"]
    assert (first.parent / "job.log.index").read_bytes() == log.with_name("job.log.index").read_bytes()


def test_a_log_that_is_wound_back_is_another_file(tmp_path: Path) -> None:
    playback = LogPlayback(written(tmp_path), tmp_path / "shown")
    whole = playback.seek(9.0)
    with LogReader(whole) as reader:
        back = playback.seek(1.0)
        assert back != whole
        assert reader.lines(0, 9) == ["one", "two", "three", "four"]
    assert lines(back) == ["one"]
    assert playback.seek(0.0) not in (back, whole)
    assert not whole.exists()  # a long log would fill the disk
    assert not back.exists()


def test_a_job_without_output_has_no_file(tmp_path: Path) -> None:
    assert not LogPlayback(tmp_path / "none.log", tmp_path / "shown").seek(9.0).exists()


def test_a_log_without_an_index_is_shown_whole(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_text("one\n")
    assert lines(LogPlayback(tmp_path / "job.log", tmp_path / "shown").seek(0.0)) == ["one"]


def test_s9_the_streams_of_lines_are_played_back(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "job.log") as log:
        for number, stream in enumerate((STDOUT, STDERR, STDOUT)):
            log.append(b"unfinished", 1.0 + number, stream=stream)
    playback = LogPlayback(tmp_path / "job.log", tmp_path / "shown")
    for moment, streams in ((1.5, [STDOUT]), (2.5, [STDOUT, STDERR]), (9.0, [STDOUT, STDERR, STDOUT])):
        path = playback.seek(moment)
        reader = LineStreamReader(path)
        reader.refresh()
        assert lines(path) == ["unfinished"] * len(streams)
        assert [reader.of(line) for line in range(len(streams))] == streams
    assert streams_path(path).read_bytes() == streams_path(tmp_path / "job.log").read_bytes()
