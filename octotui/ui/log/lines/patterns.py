"""Patterns of searches in a log, with a time limit for each line."""

import re
import warnings

from octotui.ui.log.lines.required_literals import escaped_literal, required_literal

PATIENCE = 0.5  # seconds that a search spends on one line; half as long after each that took longer
GLANCE = 0.01  # seconds that drawing spends on one line, and a search at least
MOST_SKIPPED = 1000  # lines that a search leaves out before it ends
_RECURSION = re.compile(r"\(\?(?:R|[+-]?\d+|&\w+|P>\w+)\)")  # takes memory without bounds


class Pattern:
    """A regular expression, or the text itself where it is none; smart case: lower case matches any.

    One that recurs into a group is taken as text, too. `skipped` counts the texts that took too long.
    """

    def __init__(self, text: str) -> None:
        import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; re cannot be stopped

        self.skipped = 0
        self._patience = PATIENCE
        letters = re.sub(r"\\.", "", text)
        ignores_case = letters == letters.lower()
        flags = regex.IGNORECASE if ignores_case else 0
        self.literal = required_literal(text, ignores_case=ignores_case)
        self.words: tuple[bytes, ...] = ()  # one of which each match holds, where no literal is required
        with warnings.catch_warnings(action="ignore"):
            try:
                if _RECURSION.search(letters):
                    raise ValueError(text)
                self._compiled = regex.compile(text, flags)
            except (regex.error, ValueError, OverflowError, RecursionError, MemoryError):
                self._compiled = regex.compile(regex.escape(text), flags)
                self.literal = escaped_literal(text, ignores_case=ignores_case)

    def found(self, text: str) -> bool | None:
        """Return whether a text matches, None where that takes too long.

        Raises TimeoutError after MOST_SKIPPED texts that took too long.
        """
        try:
            return self._compiled.search(text, timeout=self._patience, concurrent=True) is not None
        except (TimeoutError, MemoryError):
            self.skipped += 1
            self._patience = max(GLANCE, self._patience / 2)
        if self.skipped > MOST_SKIPPED:
            raise TimeoutError
        return None

    def spans(self, text: str, start: int = 0) -> list[tuple[int, int]]:
        """Return the matches from a place on, as many as are found within GLANCE seconds."""
        spans: list[tuple[int, int]] = []
        try:
            for match in self._compiled.finditer(text, start, timeout=GLANCE):
                spans.append(match.span())  # noqa: PERF401 - matches before the timeout are kept
        except (TimeoutError, MemoryError):
            pass
        return spans
