"""All forms of values in what a text says, found in one pass over it."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from octotui.runtime.jobs.masking.escapes import URL_SAFE_LETTERS
from octotui.runtime.jobs.masking.forms import ValueForms
from octotui.runtime.jobs.masking.needles import HEAD, Heads, Span
from octotui.runtime.jobs.masking.readings import Letters, Reading

UNBROKEN = 4  # letters of an encoded value before a line may end in it: most lines end like its beginning
SPARE = 256  # bytes of gaps within an encoded value, beside as many as it has letters
_HEXADECIMAL = re.compile(rb"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
DIVIDED = 64  # times that it costs to compare what may be divided
COMPARED = 4096  # bytes that are compared for one of a text: what is like values everywhere is masked

Trace = tuple[int, int]
"""Where there is one, and how many bytes of a value may be before it or behind it."""


class Finder:
    """The heads of printed forms, pieces of encoded ones, and traces of those that are escaped."""

    def __init__(self, forms: Collection[ValueForms]) -> None:
        self._printed: defaultdict[bytes, list[bytes]] = defaultdict(list)
        self._pieces: defaultdict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
        for form in {form for each in forms for form in each.printed}:
            self._printed[form[:HEAD]].append(form)
        for each in forms:
            for piece, form, offset in pieces(each.encoded):
                self._pieces[piece].append((form, offset))
        self._traces = {piece: max(len(form) for form, _ in found) for piece, found in self._pieces.items()}
        for trace, length in (found for each in forms for found in (each.traces or {}).items()):
            self._traces[trace[:HEAD]] = max(self._traces.get(trace[:HEAD], 0), length)
        self._heads = Heads((*self._printed, *self._traces))

    def is_near(self, text: bytes) -> bool:
        """Whether there may be the beginning of a long form in a text, or one with escapes."""
        return bool(self._heads.find(text))

    def find(self, reading: Reading) -> tuple[list[Span], list[Trace]]:
        """Where forms are written in the first text, and where in this one there are traces of others."""
        text = reading.text
        spans: list[Span] = []
        near: list[Trace] = []
        budget = COMPARED * len(text)
        for head, at in self._heads.find(text):
            if head in self._traces:
                near.append((at, self._traces[head]))
            for form in self._printed.get(head, ()):
                budget -= len(form)
                if budget < 0 or text.startswith(form, at):
                    spans.append((at, min(at + len(form), len(text))))
            for form, offset in self._pieces.get(head, ()):
                budget -= DIVIDED * len(form)
                span = _encoded(text, form, at, offset) if budget > 0 else (at, at + HEAD)
                if span is not None:
                    spans.append(span)
        return [reading.place(*each) for each in spans], near


def pieces(forms: Collection[bytes]) -> Iterator[tuple[bytes, bytes, int]]:
    """Pieces of encoded forms, of which one at least is not divided, and where in each form they are."""
    for part in (form for form in forms if not any(each in form for each in forms if each != form)):
        within = [(form, form.find(part)) for form in forms if part in form]
        for piece, offset in _pieces(part):
            for spelled in {piece, piece.translate(URL_SAFE_LETTERS)}:
                yield from ((spelled, form, start + offset) for form, start in within)


def _pieces(form: bytes) -> Iterator[tuple[bytes, int]]:
    """Two pieces, since a line may end in the first or the second; of a short form, some in which one does.

    Where it is hexadecimal, the bytes may be divided, too.
    """
    yield form[:HEAD], 0
    if len(form) >= 2 * HEAD:
        yield form[HEAD : 2 * HEAD], HEAD
    else:
        for end in range(1, min(HEAD, len(form))):
            yield from (((form[:end] + gap + form[end:])[:HEAD], 0) for gap in (b"\n", b"\r\n"))
    for start in (0, 6) if _HEXADECIMAL.fullmatch(form) else ():
        first, second, third = (form[at : at + 2] for at in range(start, start + 6, 2))
        if third:
            yield from ((gap.join((first, second, third)), start) for gap in (b" ", b":"))


def _encoded(text: bytes, form: bytes, at: int, offset: int) -> Span | None:
    """Where an encoded form is written of which a piece, at an offset in it, is somewhere in a text."""
    start = at - offset
    if start >= 0 and text.startswith(form, start):
        return start, start + len(form)
    first = max(0, start - offset - SPARE)
    letters = Letters(Reading(text[first : at + 2 * len(form) + SPARE], offset=first))
    start = len(Letters(Reading(text[first:at])).text) - offset
    if start < 0 or not letters.text.startswith(form, start) or letters.breaks(start, UNBROKEN):
        return None
    return letters.place(start, start + len(form))
