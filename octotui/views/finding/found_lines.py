"""Lines that were found in the output of many jobs, cut to what a list shows of them."""

from typing import NamedTuple

BEFORE, BEHIND = 24, 400  # characters around a match


class FoundRow(NamedTuple):
    """A line of a job's output that matches: its text before, in and behind the match.

    `is_last` says that more lines of the job match, which are not listed.
    """

    run: str
    job: str
    name: str
    number: int
    before: str
    match: str
    behind: str
    is_last: bool = False


def parts_of(text: str, span: tuple[int, int]) -> tuple[str, str, str]:
    """Return a text before, in and behind a match, as much of it as a list shows."""
    start, end = span[0], min(span[1], span[0] + BEHIND)
    before = text[:start] if start <= 2 * BEFORE else f"…{text[start - BEFORE : start]}"
    return before, text[start:end], text[end : start + BEHIND]


def count_of(lines: int, jobs: int, runs: int) -> str:
    """Return how much was found."""
    if not lines:
        return ""
    return f"{_of(lines, 'line')} of {_of(jobs, 'job')} in {_of(runs, 'run')}"


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
