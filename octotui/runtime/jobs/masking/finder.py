"""Finds all forms of values in a text, in one pass."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from octotui.runtime.jobs.masking.escapes import URL_SAFE_LETTERS
from octotui.runtime.jobs.masking.forms import ValueForms
from octotui.runtime.jobs.masking.needles import HEAD, Heads, Span
from octotui.runtime.jobs.masking.readings import Letters, Reading

UNBROKEN = 4  # first letters of an encoded value in which no line ends: most lines end like its beginning
SPARE = 256  # bytes of gaps within an encoded value, beside as many as it has letters
_HEXADECIMAL = re.compile(rb"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
DIVIDED = 64  # cost of comparing a divided form, relative to a printed one
COMPARED = 4096  # budget of compared bytes for each byte of a text; beyond it, all candidates are masked

Trace = tuple[int, int]
"""The place of a trace, and how many bytes of a value may be before or after it."""


class Finder:
    """The heads of printed forms, pieces of encoded ones, and traces of escaped ones."""

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
        """Return whether a text may contain the beginning of a long or an escaped form."""
        return bool(self._heads.find(text))

    def find(self, reading: Reading) -> tuple[list[Span], list[Trace]]:
        """Return the spans of forms in the original text, and the traces of escaped ones in this one."""
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
    """Yield pieces of encoded forms, at least one of them undivided, with form and offset in it."""
    for part in (form for form in forms if not any(each in form for each in forms if each != form)):
        within = [(form, form.find(part)) for form in forms if part in form]
        for piece, offset in _pieces(part):
            for spelled in {piece, piece.translate(URL_SAFE_LETTERS)}:
                yield from ((spelled, form, start + offset) for form, start in within)


def _pieces(form: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield two pieces, as a line may end in either; of a short form, also divided ones.

    The bytes of hexadecimal may be divided, too.
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
    """Return the span of an encoded form whose piece at `offset` is found at `at`."""
    start = at - offset
    if start >= 0 and text.startswith(form, start):
        return start, start + len(form)
    first = max(0, start - offset - SPARE)
    letters = Letters(Reading(text[first : at + 2 * len(form) + SPARE], offset=first))
    start = len(Letters(Reading(text[first:at])).text) - offset
    if start < 0 or not letters.text.startswith(form, start) or letters.breaks(start, UNBROKEN):
        return None
    return letters.place(start, start + len(form))
