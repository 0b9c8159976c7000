"""What a job prints is kept, and a disk that refuses ends the job once."""

from pathlib import Path

from octotui.runtime.jobs.job_output import JobOutput
from octotui.store.logs import masked_spans
from octotui.store.logs.line_levels import LevelReader
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_reader import LogReader
from octotui.store.logs.masked_spans import EarlierSpans, MaskedSpan


def test_chunks_go_to_the_log_with_their_time(tmp_path: Path) -> None:
    times = iter((1.0, 5.0))
    with JobOutput(tmp_path / "run-1" / "a.log", lambda: next(times), lambda: None) as output:
        output(b"one\n")
        output(b"two\n")
    with LogReader(tmp_path / "run-1" / "a.log") as log:
        assert log.tail(5) == ["one", "two"]
        assert (log.time_of(0), log.time_of(1)) == (1.0, 5.0)
    assert output.problem == ""


def test_what_comes_before_or_after_is_for_nobody(tmp_path: Path) -> None:
    output = JobOutput(tmp_path / "a.log", lambda: 0.0, lambda: None, 0, tmp_path / "masked")
    for said in (b"early", b"late"):
        output(said)
        output.note_masked([MaskedSpan(0, 5, 8)])
        assert output.masked_before() is None
        with output:
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_ends_the_job_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended: list[str] = []
    with JobOutput(tmp_path / "file" / "a.log", lambda: 0.0, lambda: ended.append("ended")) as output:
        output(b"one")
        output(b"two")
    assert ended == ["ended"]
    assert output.problem == f"its output cannot be kept in {tmp_path}/file/a.log: Not a directory"


def test_without_a_log_nothing_is_kept() -> None:
    with JobOutput(None, lambda: 0.0, lambda: None) as output:
        output(b"nothing")
    assert output.problem == ""


def test_the_end_of_what_was_kept_is_there_to_be_looked_at(tmp_path: Path) -> None:
    with JobOutput(tmp_path / "a.log", lambda: 0.0, lambda: None) as output:
        output(b"before\nunbound variable\n")
        assert output.last(7) == "unbound variable\n"
    assert output.last(0) == ""
    with JobOutput(None, lambda: 0.0, lambda: None) as output:
        assert output.last(0) == ""


def test_our_own_lines_stand_by_themselves_and_have_a_level(tmp_path: Path) -> None:
    """V7: an attempt's heading begins a line, also where the attempt before ended within one."""
    for text in (b"cut", b"short\n"):
        with JobOutput(tmp_path / "a.log", lambda: 0.0, lambda: None) as output:
            output.say("attempt", "highlight")
            output(text)
    levels = LevelReader(tmp_path / "a.log")
    levels.refresh()
    with LogReader(tmp_path / "a.log") as log:
        assert log.tail(5) == ["octotui: attempt", "cut", "octotui: attempt", "short"]
        assert [levels.of(line) for line in range(4)] == ["highlight", "default"] * 2


def test_v5_what_is_masked_is_noted_before_it_is_kept(tmp_path: Path) -> None:
    """R4: and known again when the output is, as far as it came."""
    log, spans = tmp_path / "a.log", tmp_path / "masked" / "a-1"
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans) as output:
        assert output.masked_before() == EarlierSpans((), 0)
        assert not log.exists()
        output.note_masked([MaskedSpan(3, 20, 8)])
        output(b"it ********")
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans) as output:
        assert output.masked_before() == EarlierSpans((MaskedSpan(3, 20, 8),), 20)
        output(b"it ******** is\n")
    assert log.read_bytes() == b"it ******** is\n"


def test_v5_what_was_masked_before_a_new_attempt_is_none_of_it(tmp_path: Path) -> None:
    """R4: such as of a job of the same name, whose events a damaged journal has lost."""
    log, spans = tmp_path / "a.log", tmp_path / "masked" / "a-1"
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans) as output:
        output.note_masked([MaskedSpan(3, 20, 8)])
        output(b"it ********")
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans, is_new=True) as output:
        assert output.masked_before() == EarlierSpans((), 0)


def test_v5_what_cannot_be_noted_ends_the_job(tmp_path: Path) -> None:
    """What is kept without a note could not be told from what is not masked."""
    (tmp_path / "file").write_text("in the way")
    ended: list[str] = []
    log = tmp_path / "a.log"
    with JobOutput(log, lambda: 0.0, lambda: ended.append("ended"), 0, tmp_path / "file" / "a-1") as output:
        assert output.masked_before() is None
        assert ended == ["ended"]
        output.note_masked([MaskedSpan(0, 9, 8)])
        output(b"********")
    assert ended == ["ended"]
    assert not log.exists()
    with JobOutput(None, lambda: 0.0, lambda: None, None) as output:
        output.note_masked([MaskedSpan(0, 9, 8)])
        assert output.masked_before() is None


def test_r4_each_stream_is_masked_after_a_crash_as_it_was(tmp_path: Path) -> None:
    """R4, V5, S9: as far as each had come, in whichever order they come again."""
    log, spans = tmp_path / "a.log", tmp_path / "masked" / "a-1"
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans) as output:
        output.note_masked([MaskedSpan(3, 20, 8)])
        output(b"it ********\n")
        output.note_masked([MaskedSpan(0, 5, 8)], STDERR)
        output(b"********\n", (), STDERR)
    with JobOutput(log, lambda: 0.0, lambda: None, 0, spans) as output:
        assert output.masked_before(STDERR) == EarlierSpans((MaskedSpan(0, 5, 8),), 6)
        assert output.masked_before() == EarlierSpans((MaskedSpan(3, 20, 8),), 21)
        output(b"********\nnew\n", (), STDERR)
        output(b"it ********\nend\n")
    assert log.read_bytes() == b"it ********\n********\nnew\nend\n"
    masked_spans.remove(spans)
    assert list(spans.parent.iterdir()) == []
