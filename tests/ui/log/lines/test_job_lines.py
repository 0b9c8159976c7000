"""The lines of one job's log."""

from pathlib import Path

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.line_streams import STDERR
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.patterns import Pattern
from octotui.ui.log.lines.search import Search


def test_what_is_known_of_lines(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        log.append(b"out\n", 10.0)
        log.append(b"error\n", 20.0, (), STDERR)
        log.append(b"fine\nbad\n", 30.0, (LevelChange(5, "error"),))
        lines = JobLines(tmp_path / "log")
        assert (lines.count, lines.lines(0, 2), lines.name_of(0)) == (4, ["out", "error"], "")
        assert [lines.is_stderr(line) for line in range(4)] == [False, True, False, False]
        assert [lines.level(line) for line in (2, 3)] == ["default", "error"]
        assert (lines.time_of(1), lines.line_at(25.0)) == (20.0, 2)
        assert [lines.problem(line, 1) for line in (0, 1, 3)] == [1, 3, None]
        assert [lines.problem(line, -1) for line in (3, 1)] == [1, None]
        assert [block for scan in lines.scans(Pattern("fine")) for block in scan.run()] == [[2]]
        assert not lines.refresh()
        log.append(b"more", 40.0)
        assert lines.refresh()
        assert (lines.count, lines.last_lines) == (5, (4,))
    lines.close()


def test_the_last_line_of_a_failed_job_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"fine\nno space left\n")
    lines = JobLines(tmp_path / "log")
    assert [lines.problem(line, step) for line, step in ((0, 1), (2, -1))] == [None, None]
    lines.has_failed = True
    assert [lines.problem(line, step) for line, step in ((0, 1), (1, 1), (2, -1), (1, -1))] == [
        1,
        None,
        1,
        None,
    ]
    lines.close()


def test_r14_the_beginning_of_a_log_is_read_and_searched_as_far_as_it_is_told(tmp_path: Path) -> None:
    """What comes later has no lines, streams and matches; it goes on, and never back."""
    with LogWriter(tmp_path / "log") as log:
        log.append(b"hit 1", 1.0)
        log.append(b"hit 2\n", 2.0, stream=STDERR)
        log.append(b"hit 3\n", 3.0)
    lines = JobLines(tmp_path / "log", 5)
    search = Search("hit", lines)
    for end, found in ((5, ["hit 1"]), (12, ["hit 1", "hit 2"]), (None, ["hit 1", "hit 2", "hit 3"])):
        assert lines.reach(end)
        lines.refresh()
        [*search.run()]
        assert lines.lines(0, 9) == found
        assert [*search.hits] == [*range(len(found))]
        assert [lines.is_stderr(at) for at in range(len(found))] == [False, True, False][: len(found)]
    assert not lines.reach(12)
    lines.close()
