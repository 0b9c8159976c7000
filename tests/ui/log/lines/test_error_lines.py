"""The lines that report an error by their text."""

from pathlib import Path

import pytest

from octotui.ui.log.lines.error_lines import ErrorPattern, ErrorSearch
from octotui.ui.log.lines.job_lines import JobLines
from octotui.ui.log.lines.line_scan import BLOCK
from octotui.ui.log.lines.merged_lines import MergedLines, NamedLog

ERRORS = [
    "pg_dump: error: query failed",
    "ERROR:  relation is missing",
    "2026-11-28 16:00:00 [ERROR] no answer",
    "error[E0308]: mismatched types",
    "main.c:3:5: fatal error: no such file",
    "fatal: not a git repository",
    "FATAL: role does not exist",
    "Traceback (most recent call last):",
    "subprocess.CalledProcessError: exit 1",
    "java.lang.IllegalStateException: closed",
    "panic: runtime error",
    "npm ERR! code ENOENT",
    "octotui: attempt 2",
]
OTHERS = [
    "0 errors",
    "errors: 0",
    "error_count=3",
    "no terror: fine",
    "ERRORS 0",
    "an attempt 2",
    "fatality: none",
]


@pytest.mark.parametrize("line", ERRORS)
def test_lines_that_report_an_error_are_found_by_one_of_the_words(line: str) -> None:
    pattern = ErrorPattern()
    assert pattern.found(line)
    assert any(word in line.encode() for word in pattern.words)


@pytest.mark.parametrize("line", OTHERS)
def test_lines_that_only_speak_of_errors_are_none(line: str) -> None:
    assert not ErrorPattern().found(line)


def test_only_lines_with_a_word_become_text_and_numbers_go_on_over_blocks(tmp_path: Path) -> None:
    many = b"fine\n" * (BLOCK // 5)
    (tmp_path / "log").write_bytes(many + b"no error_count\nerror: here\n" + many + b"ERROR")
    search = ErrorSearch(JobLines(tmp_path / "log"))
    assert list(search.run())
    first = BLOCK // 5 + 1
    assert list(search.hits) == [first, 2 * (BLOCK // 5) + 2]
    assert [search.beside(first, step) for step in (-1, 1)] == [None, search.hits[1]]


def test_errors_of_all_jobs_are_found(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"fine\nerror: here\n")
    search = ErrorSearch(MergedLines([NamedLog(name, tmp_path / name) for name in ("a", "b")]))
    assert list(search.run())
    assert list(search.hits) == [1, 3]
