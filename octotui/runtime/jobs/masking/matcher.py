"""Where values are in a text, however they are written, and how much of a text is decided."""

from collections.abc import Iterator, Mapping

from octotui.runtime.jobs.masking.escapes import ESCAPES, WIDEST, row_start, unfinished
from octotui.runtime.jobs.masking.finder import UNBROKEN, Finder
from octotui.runtime.jobs.masking.forms import ValueForms, encoded
from octotui.runtime.jobs.masking.needles import Beginnings, Span
from octotui.runtime.jobs.masking.readings import Letters, Reading, plain, unescaped

SPARE = 512  # bytes of colours and gaps within a value as it is written
ESCAPE = 0x1B


class Matcher:
    """Some values, compiled in all the forms that are looked for."""

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
        self._reach = SPARE + max(WIDEST * longest, self._printed.longest, 2 * self._encoded.longest)

    def __bool__(self) -> bool:
        return bool(self._printed.longest)

    def find(self, text: bytes) -> list[Span]:
        """Where values are written, in order; they may overlap."""
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
        """How much of a text is decided: nothing that begins there is a value only with what follows."""
        stop = row_start(text, unfinished(text))
        first = row_start(text, max(0, stop - self._reach))
        start = min(self._begun(text[first:stop]), default=stop - first)
        return row_start(text, first + start)

    def _parts(self, reading: Reading, near: list[int]) -> Iterator[Reading]:
        """The parts of a text in which a value may be escaped: those around traces."""
        text = reading.text
        if self._is_everywhere:
            yield reading
            return
        start = stop = 0
        for at in (*sorted(near), len(text) + 2 * self._reach):
            if at - self._reach > stop:
                if stop:
                    yield Reading(text[start:stop], reading, start)
                start = row_start(text, at - self._reach) if at < len(text) else 0
            stop = at + self._reach

    def _begun(self, text: bytes) -> Iterator[int]:
        """For each reading of a text, the first place from which on it may be the beginning of a value."""
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
