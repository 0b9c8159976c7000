"""A log as far as it had come at a moment."""

import random
from pathlib import Path

from octotui.store.logs.log_index import index_path
from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.log_writer import LogWriter
from octotui.store.transfer.log_playback import LogPlayback, last_output


def written(folder: Path) -> Path:
    """A log of three seconds."""
    path = folder / "job.log"
    with LogWriter(path) as log:
        log.append(b"one\n", 1.0)
        log.append(b"two\n", 2.0)
        log.append(b"three\nfour\n", 3.0)
    return path


def lines(path: Path, end: int | None) -> list[str]:
    with LogReader(path, end) as log:
        return log.lines(0, log.line_count)


def test_r14_a_log_ends_where_it_did_at_a_moment(tmp_path: Path) -> None:
    log = written(tmp_path)
    playback = LogPlayback(log)
    moments = {0.5: [], 1.5: ["one"], 2.0: ["one", "two"], 9.0: ["one", "two", "three", "four"], 1.0: ["one"]}
    assert {at: lines(log, playback.end(at)) for at in moments} == moments
    assert sorted(tmp_path.iterdir()) == [log, index_path(log)]  # nothing is copied


def test_r14_what_is_printed_later_is_of_no_moment(tmp_path: Path) -> None:
    playback = LogPlayback(written(tmp_path))
    with LogWriter(tmp_path / "job.log") as log:
        log.append(b"five\n", 4.0)
    assert lines(tmp_path / "job.log", playback.end(9.0))[-1] == "four"


def test_r14_a_log_that_begins_later_is_known_then(tmp_path: Path) -> None:
    playback = LogPlayback(tmp_path / "job.log")
    assert playback.end(9.0) is None
    written(tmp_path)
    assert playback.end(0.5) == 0


def test_a_log_without_an_index_is_shown_whole(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_text("one\n")
    assert LogPlayback(tmp_path / "job.log").end(0.0) is None


def test_r14_a_reader_of_the_beginning_sees_what_one_saw_then(tmp_path: Path) -> None:
    """Its lines, their times and their ranges are those of a log that ends there."""
    chance = random.Random(17)
    for number in range(20):
        log, pieces = tmp_path / f"{number}.log", []
        with LogWriter(log) as writer:
            for at in range(8):
                pieces.append(chance.choice([b"a\n", b"begun", b"x\ny\n", b"z" * 70_000, b"\n"]))
                writer.append(pieces[-1], float(at))
        with LogReader(log, 0) as grown:
            for at in range(8):
                then = tmp_path / f"{number}-{at}.log"
                with LogWriter(then) as writer:
                    for when, piece in enumerate(pieces[: at + 1]):
                        writer.append(piece, float(when))
                grown.end = LogPlayback(log).end(at + 0.5)
                grown.refresh()
                with LogReader(then) as there, LogReader(log, grown.end) as here:
                    for reader in (here, grown):
                        assert reader.size == there.size
                        assert reader.lines(0, 99) == there.lines(0, 99)
                        assert [*reader.spans(0)] == [*there.spans(0)]
                        assert reader.line_at(99.0) == there.line_at(99.0)


def test_the_last_output_is_that_of_all_logs(tmp_path: Path) -> None:
    (tmp_path / "run-1").mkdir()
    written(tmp_path / "run-1")
    assert (last_output(tmp_path), last_output(tmp_path / "none")) == (3.0, 0.0)
