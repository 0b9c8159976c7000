"""Patterns of searches in a log, with a time limit for each line."""

import re
import warnings

from octotui.ui.log.lines.required_literals import escaped_literal, required_literal

PATIENCE = 0.5  # seconds that a search spends on one line
GLANCE = 0.01  # seconds that drawing spends on one line


class Pattern:
    """A regular expression, or the text itself where it is none; smart case: lower case matches any."""

    def __init__(self, text: str) -> None:
        import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load; re cannot be stopped

        letters = re.sub(r"\\.", "", text)
        ignores_case = letters == letters.lower()
        flags = regex.IGNORECASE if ignores_case else 0
        self.literal = required_literal(text, ignores_case=ignores_case)
        self.words: tuple[bytes, ...] = ()  # one of which each match holds, where no literal is required
        with warnings.catch_warnings(action="ignore"):
            try:
                self._compiled = regex.compile(text, flags)
            except (regex.error, OverflowError, RecursionError):
                self._compiled = regex.compile(regex.escape(text), flags)
                self.literal = escaped_literal(text, ignores_case=ignores_case)

    def found(self, text: str) -> bool:
        """Return whether a text matches; raises TimeoutError after PATIENCE seconds."""
        return self._compiled.search(text, timeout=PATIENCE, concurrent=True) is not None

    def spans(self, text: str, start: int = 0) -> list[tuple[int, int]]:
        """Return the matches from a place on, as many as are found within GLANCE seconds."""
        spans: list[tuple[int, int]] = []
        try:
            for match in self._compiled.finditer(text, start, timeout=GLANCE):
                spans.append(match.span())  # noqa: PERF401 - matches before the timeout are kept
        except TimeoutError:
            pass
        return spans
