"""The lines near the view."""

import random
from pathlib import Path

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.line_window import LineWindow
from octotui.ui.log.lines.job_lines import JobLines


def written(path: Path, *lines: str) -> Path:
    with LogWriter(path) as log:
        for at, line in enumerate(lines):
            log.append(line.encode("utf-8", "surrogateescape"), 1000.0 + at)
    return path


def test_up_and_down_are_the_same_way(tmp_path: Path) -> None:
    chance = random.Random(3)
    lines = LineWindow(
        JobLines(written(tmp_path / "log", *("x" * chance.randrange(40) + "\n" for _ in range(200))))
    )
    for width in (0, 7):
        spots = [(0, 0)]
        while (below := lines.down(spots[-1], 1, width)) != spots[-1]:
            spots.append(below)
        page = lines.page((0, 0), 200, width)
        assert len(list(page)) == len(spots)
        for _ in range(200):
            first, last = sorted(chance.randrange(len(spots)) for _ in range(2))
            assert lines.down(spots[first], last - first, width) == spots[last]
            assert lines.up(spots[last], last - first, width) == spots[first]
        assert lines.end(24, width) == spots[-24]
        assert lines.up(spots[5], 9, width) == (0, 0)


def test_a_last_line_that_grows_is_read_again(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        log.append(b"one\ntw", 1.0)
        lines = LineWindow(JobLines(tmp_path / "log"))
        assert (lines.count, lines.get(1).text) == (2, "tw")
        first = lines.get(0)
        log.append(b"o\nthree", 2.0)
        assert lines.refresh()
        assert (lines.count, lines.get(1).text, lines.get(2).text) == (3, "two", "three")
        assert lines.get(0) is first
        assert not lines.refresh()


def test_s5_an_attempt_is_found_by_its_heading(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        log.append(
            b"octotui: attempt 2\nmore\n", 1.0, (LevelChange(0, "default"), LevelChange(19, "verbose"))
        )
        log.append(b"octotui: attempt 2\n", 1.0, (LevelChange(0, "highlight"),))
    lines = LineWindow(JobLines(tmp_path / "log"))
    assert [lines.attempt(number) for number in (1, 2, 3)] == [0, 2, None]
    lines.brief = True
    assert lines.attempt(2) == 1
