"""Replacement of parts of a text by ********."""

from collections.abc import Iterable
from typing import NamedTuple

from octotui.model.values import HIDDEN
from octotui.runtime.jobs.masking.escapes import TERMINAL
from octotui.runtime.jobs.masking.needles import Span
from octotui.store.logs.masked_spans import MaskedSpan

STARS = HIDDEN.encode()


class MaskedText(NamedTuple):
    """A masked text, how many bytes after it belong to its last masked part, and the masked spans."""

    shown: bytes
    covered: int
    spans: list[MaskedSpan]


def mask(text: bytes, parts: Iterable[Span], *, until: int, covered: int = 0) -> MaskedText:
    """Mask the sorted parts that begin before `until`, up to which the text is shown.

    Overlapping parts are masked together, and with the first `covered` bytes. Terminal colours within a part
    stay, as the following text depends on them.
    """
    shown: list[bytes] = []
    spans: list[MaskedSpan] = []
    at = covered
    for start, stop in parts:
        if start >= until:
            break
        if stop <= at:
            continue
        begins = start >= at
        instead = (STARS if begins else b"") + _codes(text, max(start, at), stop)
        shown += (text[at:start] if begins else b"", instead)
        span = MaskedSpan(start, stop, len(instead))
        if begins or not spans:
            spans.append(span)
        else:
            spans[-1] = MaskedSpan(spans[-1].start, stop, spans[-1].shown + len(instead))
        at = stop
    shown.append(text[at:until])
    return MaskedText(b"".join(shown), max(0, at - until), spans)


def _codes(text: bytes, start: int, stop: int) -> bytes:
    """Return the terminal codes in a part."""
    found = TERMINAL.written.finditer(text, start, stop) if TERMINAL.mark in text else ()
    return b"".join(each[0] for each in found)
