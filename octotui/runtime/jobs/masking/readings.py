"""What a text says once the escapes in it are undone, and where in the text it is written.

Escapes are undone one language at a time: in what a JSON string says, `%41` is no letter.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from octotui.runtime.jobs.masking.escapes import GAPS, LETTERS, TERMINAL, URL_SAFE, Escape
from octotui.runtime.jobs.masking.needles import Span

DEPTH = 2  # times that a text may be escaped by one language, as a URL in a URL
BLOCK = 128  # bytes; where a letter is written is looked for in one block


class Reading:
    """What a text says, and where it is written; the text itself, or a part of it."""

    def __init__(self, text: bytes, source: "Reading | None" = None, offset: int = 0) -> None:
        self.text = text
        self.source = source
        self._offset = offset

    def place(self, start: int, stop: int) -> Span:
        """Where a part, which is not empty, is written in the first text."""
        start, stop = self.origin(start)[0], self.origin(stop - 1)[1]
        return self.source.place(start, stop) if self.source else (start, stop)

    def origin(self, at: int) -> Span:
        """Where a byte is written in the source."""
        return self._offset + at, self._offset + at + 1


class _Mark(NamedTuple):
    """Where a reading says what is escaped, how many bytes it is, and where that is written."""

    at: int
    length: int
    start: int
    stop: int


class Unescaped(Reading):
    """What a text says when it is read in one language."""

    def __init__(self, text: bytes, source: Reading, escape: Escape) -> None:
        super().__init__(text, source)
        self._escape = escape
        self._marks: list[_Mark] = []

    def origin(self, at: int) -> Span:
        """Where a byte is written in the source: by itself, or by an escape."""
        if not self._marks:
            self._marks = [_Mark(0, 0, 0, 0), *self._found()]
        last = self._marks[bisect_right(self._marks, at, key=lambda mark: mark.at) - 1]
        behind = at - last.at - last.length
        return (last.start, last.stop) if behind < 0 else (last.stop + behind, last.stop + behind + 1)

    def _found(self) -> Iterator[_Mark]:
        assert self.source is not None
        shorter = 0
        for found in self._escape.written.finditer(self.source.text):
            start, stop = found.span()
            length = self._escape.length(found[0])
            yield _Mark(start - shorter, length, start, stop)
            shorter += stop - start - length


class Letters(Reading):
    """The letters of Base64 in a text, and the digits of hexadecimal, without what divides them."""

    def __init__(self, source: Reading, stop: int | None = None) -> None:
        """Those up to a place; URL-safe Base64 has the usual letters then."""
        super().__init__(source.text[:stop].translate(URL_SAFE, GAPS), source)
        self._blocks: list[int] = []

    def origin(self, at: int) -> Span:
        """Where a letter is written in the source."""
        assert self.source is not None
        text = self.source.text
        if not self._blocks:
            parts = (text[start : start + BLOCK] for start in range(0, len(text), BLOCK))
            self._blocks = [0, *accumulate(len(part.translate(None, GAPS)) for part in parts)]
        block = bisect_right(self._blocks, at) - 1
        at -= self._blocks[block]
        for found in LETTERS.finditer(text, block * BLOCK):
            if at < len(found[0]):
                return found.start() + at, found.start() + at + 1
            at -= len(found[0])
        raise AssertionError

    def breaks(self, start: int, length: int) -> bool:
        """Whether a line ends within a part of that length, as it is written; there may be less of it."""
        assert self.source is not None
        stop = self.origin(start + length - 1)[1] if start + length <= len(self.text) else None
        return b"\n" in self.source.text[self.origin(start)[0] : stop]


def plain(text: Reading) -> Reading:
    """A text without terminal codes, as where a search has coloured what it found."""
    return _undone(text, TERMINAL) or text


def unescaped(text: Reading, escapes: Iterable[Escape]) -> Iterator[Reading]:
    """All else that a text may say, read in one language each time."""
    for escape in escapes:
        reading = text
        for _ in range(DEPTH):
            read = _undone(reading, escape)
            if read is None:
                break
            yield read
            reading = read


def _undone(source: Reading, escape: Escape) -> Reading | None:
    """What a text says without an escape, or None where it has none."""
    text = escape.undo(source.text)
    return None if text == source.text else Unescaped(text, source, escape)
