"""Matches values in a text, in all their forms, and decides how much of a text is complete."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from octotui.runtime.jobs.masking.escapes import COLOURED, ESCAPES, WIDEST, row_start, unfinished
from octotui.runtime.jobs.masking.finder import UNBROKEN, Finder, Trace
from octotui.runtime.jobs.masking.forms import ValueForms, encoded
from octotui.runtime.jobs.masking.needles import Beginnings, Span
from octotui.runtime.jobs.masking.readings import Letters, Reading, plain, unescaped

NEAR = 8192  # bytes at the end of a text that are always searched for an incomplete value
SPARE = 512  # bytes of colours and gaps within a written value
ESCAPE = 0x1B


class AnyMatcher(Protocol):
    """A matcher of some values."""

    @property
    def values(self) -> frozenset[str]:
        """The values that it matches."""
        ...

    def find(self, text: bytes) -> list[Span]:
        """Return the sorted spans of values, which may overlap."""
        ...

    def decided(self, text: bytes) -> int:
        """Return the length of the text in which no value begins that later text may complete."""
        ...


class JointMatcher:
    """The union of two matchers."""

    def __init__(self, one: AnyMatcher, other: AnyMatcher) -> None:
        self.values = one.values | other.values
        self._both = (one, other)

    def find(self, text: bytes) -> list[Span]:
        """Return the sorted spans of both."""
        return sorted(span for each in self._both for span in each.find(text))

    def decided(self, text: bytes) -> int:
        """Return the length of the text that is decided for both."""
        return min(each.decided(text) for each in self._both)


class Matcher:
    """Some values, compiled in all their forms."""

    def __init__(self, forms: Mapping[str, ValueForms]) -> None:
        self.values = frozenset(forms)
        found = forms.values()
        self._finder = Finder(found)
        self._printed = Beginnings(form for each in found for form in each.printed)
        self._encoded = Beginnings(form for each in found for form in each.encoded)
        self._is_everywhere = any(each.traces is None for each in found)
        self._escapes = tuple(each for each in ESCAPES if each.matters(self._printed.alphabet))
        self._codes_matter = ESCAPE in self._printed.alphabet
        longest = max((len(encoded(each)) for each in forms), default=0)
        self._reach = SPARE + max(COLOURED * longest, self._printed.longest, 2 * self._encoded.longest)

    def find(self, text: bytes) -> list[Span]:
        """Return the sorted spans of values, which may overlap."""
        if not self.values:
            return []
        first = Reading(text)
        reading = plain(first)
        spans, near = self._finder.find(reading)
        if reading is not first and self._codes_matter:
            spans += self._finder.find(first)[0]
        for part in self._parts(reading, near):
            for each in unescaped(part, self._escapes):
                spans += self._finder.find(each)[0]
        return sorted(each for each in spans if each[1] - each[0] <= self._reach)

    def decided(self, text: bytes) -> int:
        """Return the length of the text in which no value begins that later text may complete."""
        if not self.values:
            return len(text)
        stop = row_start(text, unfinished(text))
        first = row_start(text, max(0, stop - self._looked_back(text[:stop])))
        start = min(self._begun(text[first:stop]), default=stop - first)
        return row_start(text, first + start)

    def _looked_back(self, text: bytes) -> int:
        """Return how many bytes at the end may be the beginning of a value; a long one leaves a trace."""
        is_short = self._reach <= NEAR or len(text) <= NEAR
        if is_short or self._is_everywhere:
            return self._reach
        end = plain(Reading(text[-self._reach :]))
        return self._reach if self._finder.is_near(end.text) else NEAR

    def _parts(self, reading: Reading, near: Iterable[Trace]) -> Iterator[Reading]:
        """Yield the parts around traces, in which a value may be escaped."""
        text = reading.text
        if self._is_everywhere:
            yield reading
            return
        start = stop = 0
        around = ((at - SPARE - WIDEST * length, at + SPARE + WIDEST * length) for at, length in near)
        for first, last in sorted(around):
            if first > stop:
                if stop:
                    yield Reading(text[start:stop], reading, start)
                start = row_start(text, first)
            stop = max(stop, last)
        if stop:
            yield Reading(text[start:stop], reading, start)

    def _begun(self, text: bytes) -> Iterator[int]:
        """Yield, for each reading of a text, the first place that may be the beginning of a value."""
        first = Reading(text)
        reading = plain(first)
        if reading is not first and self._codes_matter:
            yield from self._begun_in(first)
        yield from self._begun_in(reading)
        for each in unescaped(reading, self._escapes):
            yield from self._begun_in(each)

    def _begun_in(self, reading: Reading) -> Iterator[int]:
        stop = unfinished(reading.text)
        if stop < len(reading.text):
            yield reading.place(stop, stop + 1)[0]
        for at in self._printed.begun(reading.text[:stop]):
            yield reading.place(at, at + 1)[0]
            break
        letters = Letters(reading, stop)
        for at in self._encoded.begun(letters.text):
            if not letters.breaks(at, UNBROKEN):
                yield letters.place(at, at + 1)[0]
                break
