"""Places in a log as people write them."""

from datetime import UTC
from pathlib import Path

import pytest

from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.log_places import NoPlace, line_of


@pytest.fixture
def lines(tmp_path: Path) -> JobLines:
    """A hundred lines, one every ten minutes from 22:00 on."""
    with LogWriter(tmp_path / "log") as log:
        for number in range(100):
            log.append(b"x\n", 22 * 3600.0 + number * 600)
    return JobLines(tmp_path / "log")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1", 0),
        ("0", 0),
        (" 7 ", 6),
        ("999999999999", 99),
        ("0%", 0),
        ("100%", 99),
        ("22:00", 0),
        ("22:05", 1),
        ("23:59:59", 12),
        ("00:00", 12),
        ("1:30", 21),
        ("21:00", 0),
        ("1970-01-02 00:10:00", 13),
        ("1970-01-02T00:10", 13),
        ("2026-01-01 00:00", 99),
    ],
)
def test_a_line_a_part_and_a_time(lines: JobLines, text: str, line: int) -> None:
    """A time without a day is the first one after the log begins, where the log lasts till then."""
    assert line_of(text, lines, UTC) == line


@pytest.mark.parametrize("text", ["", "x", "25:00", "1:60", "2026-13-01 00:00", "-1", "1:00 pm", "١٢"])
def test_anything_else_is_refused_with_a_sentence(lines: JobLines, text: str) -> None:
    with pytest.raises(NoPlace):
        line_of(text, lines, UTC)


def test_without_times_only_lines_are_places(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x\ny\n")
    lines = JobLines(tmp_path / "log")
    assert line_of("2", lines, UTC) == 1
    with pytest.raises(NoPlace, match="not known when"):
        line_of("1:00", lines, UTC)
