"""Lines written as they are shown."""

from io import BytesIO
from pathlib import Path

from octotui.store.logs.line_levels import LevelChange
from octotui.store.logs.log_writer import LogWriter
from octotui.ui.log.lines.filtered_lines import FilteredLines
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.line_writer import ShownLines
from octotui.ui.log.lines.search import Search


def written(shown: ShownLines) -> list[str]:
    file = BytesIO()
    count = shown.write(file)
    lines = file.getvalue().decode().splitlines()
    assert count == len(lines)
    return lines


def test_ranges_filters_and_levels(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "log") as log:
        for number in range(5000):
            level = "verbose" if number % 2 else "default"
            log.append(f"\x1b[1m{number}\x1b[0m\n".encode(), 1.0, (LevelChange(0, level),))
    lines = JobLines(tmp_path / "log")
    assert written(ShownLines(lines, None, False, 10, 4510)) == [str(number) for number in range(10, 4510)]
    assert written(ShownLines(lines, None, True, 0, 2500)) == [str(number) for number in range(0, 5000, 2)]
    search = Search("^7", lines)
    for _ in search.run():
        pass
    left = FilteredLines(search)
    left.update(5000)
    sevens = [str(number) for number in range(5000) if str(number).startswith("7")]
    assert written(ShownLines(lines, left, False, 0, left.count)) == sevens
    assert written(ShownLines(lines, left, False, 1, 3)) == sevens[1:3]
    lines.name_width, lines.name_of = 3, lambda line: "job\x07"  # type: ignore[misc, method-assign]
    assert written(ShownLines(lines, None, False, 0, 1)) == ["job\\x07 | 0"]
