"""Readings: a text with escapes decoded, and the mapping of places to the original.

Escapes are decoded one language at a time: within a JSON string, `%41` is no letter.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from octotui.runtime.jobs.masking.escapes import GAPS, LETTERS, TERMINAL, URL_SAFE, Escape
from octotui.runtime.jobs.masking.needles import Span

DEPTH = 2  # levels of one language's escapes, as of a URL in a URL
BLOCK = 128  # bytes of a block in the index of letters


class Reading:
    """A decoded text with a mapping to its source; also the original, or a part of it."""

    def __init__(self, text: bytes, source: "Reading | None" = None, offset: int = 0) -> None:
        self.text = text
        self.source = source
        self._offset = offset

    def place(self, start: int, stop: int) -> Span:
        """Map a non-empty part to the original text."""
        start, stop = self.origin(start)[0], self.origin(stop - 1)[1]
        return self.source.place(start, stop) if self.source else (start, stop)

    def origin(self, at: int) -> Span:
        """Map a byte to the source."""
        return self._offset + at, self._offset + at + 1


class _Mark(NamedTuple):
    """A decoded escape: its place and length here, and its span in the source."""

    at: int
    length: int
    start: int
    stop: int


class Unescaped(Reading):
    """A text with the escapes of one language decoded."""

    def __init__(self, text: bytes, source: Reading, escape: Escape) -> None:
        super().__init__(text, source)
        self._escape = escape
        self._marks: list[_Mark] = []

    def origin(self, at: int) -> Span:
        """Map a byte to the source: a plain byte, or a whole escape."""
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
    """The letters of Base64, or hexadecimal, without their separators."""

    def __init__(self, source: Reading, stop: int | None = None) -> None:
        """Take the letters up to `stop`; URL-safe Base64 is normalized."""
        super().__init__(source.text[:stop].translate(URL_SAFE, GAPS), source)
        self._blocks: list[int] = []

    def origin(self, at: int) -> Span:
        """Map a letter to the source."""
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
        """Return whether a line ends within this part in the source."""
        assert self.source is not None
        stop = self.origin(start + length - 1)[1] if start + length <= len(self.text) else None
        return b"\n" in self.source.text[self.origin(start)[0] : stop]


def plain(text: Reading) -> Reading:
    """Strip terminal codes, such as the colours of `grep`."""
    return _undone(text, TERMINAL) or text


def unescaped(text: Reading, escapes: Iterable[Escape]) -> Iterator[Reading]:
    """Yield all readings of a text, each decoded by one language."""
    for escape in escapes:
        reading = text
        for _ in range(DEPTH):
            read = _undone(reading, escape)
            if read is None:
                break
            yield read
            reading = read


def _undone(source: Reading, escape: Escape) -> Reading | None:
    """Decode one kind of escape; None where there is none."""
    text = escape.undo(source.text)
    return None if text == source.text else Unescaped(text, source, escape)
