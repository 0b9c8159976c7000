"""The written forms of a sensitive value, as bytes to search for (V5).

Escapes of single characters (in URLs, JSON, XML, by shells) are decoded by `readings`; forms are what a
decoded text contains. `traces` tell where decoding is worth its cost.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from octotui.model.values import SHORTEST
from octotui.variables.filters.arguments import FilterArguments
from octotui.variables.filters.escaping import ESCAPES

DERIVED = 6  # least bytes of a derived form, to differ from ordinary text
TELLING = 8  # least bytes of a value whose hexadecimal is searched for without its first byte
BEGINNING = 16  # letters of an encoded form that is a trace of itself
TRACE = 3  # letters and digits of a run that is rare in texts
MIXED = 6  # letters by which a word must be longer than a mixed run to be as rare
LONG = 600  # bytes of a value that are searched around a trace
EARLY = 64  # first bytes of a long value that must hold a trace

_MARKS = b"\\%&+'`"
_ALPHANUMERIC = re.compile(rb"[0-9A-Za-z]+")
_ESCAPED_ALL = (
    *("\\u%04x", "\\u%04X", "\\x%02x", "\\x%02X", "\\%03o", "\\u{%x}", "\\U%08x"),
    *("%%%02x", "%%%02X", "%%u%04x", "%%u%04X", "&#%d;", "&#x%x;", "&#x%X;", "&#X%X;"),
)
"""Escapes of a character where all are escaped, also letters and digits."""


class ValueForms(NamedTuple):
    """The forms of a value, and its traces: bytes near which it may be written with escapes.

    A trace comes with how many bytes of the value may be before or after it. `traces` is None where the value
    may be anywhere.
    """

    printed: frozenset[bytes]
    encoded: frozenset[bytes]
    traces: Mapping[bytes, int] | None


def forms_of(value: str) -> ValueForms:
    """Return all forms to search for; none for a value that is too short."""
    encoded = encoded_forms(value)
    escaped = traces(value)
    return ValueForms(
        printed_forms(value), encoded, None if escaped is None else escaped | encoded_traces(encoded)
    )


def printed_forms(value: str) -> frozenset[bytes]:
    """Return the undivided forms: the value, each of its lines, and what filters derive from it."""
    forms: set[bytes] = set()
    for text in _spellings(value):
        parts = {text, *(line.strip() for line in text.splitlines())}
        forms.update(encoded(part) for part in parts if len(part) >= SHORTEST)
        forms.update(form for form in _derived(text) if len(form) >= DERIVED)
    return frozenset(forms)


def encoded_forms(value: str) -> frozenset[bytes]:
    """Return the forms that may be divided: Base64 at each alignment, and hexadecimal."""
    forms: set[bytes] = set()
    for text in _spellings(value):
        raw = encoded(text)
        forms |= {b64encode(raw), b64encode(raw).rstrip(b"="), *_within_base64(raw)}
        for digits in (raw.hex(), raw.hex().upper()):
            forms.add(digits.encode())
            if len(raw) >= TELLING:
                forms.add(digits[2:].encode())  # a line may end after the first two
        forms.update(_within_base64(text.encode("utf-16-le", "surrogatepass")))  # as PowerShell does
    return frozenset(form for form in forms if len(form) >= DERIVED)


def traces(value: str) -> dict[bytes, int] | None:
    """Return bytes of which some occur wherever a value, or a line of it, is written with escapes.

    None where there are none.
    """
    found: dict[bytes, int] = {}
    for text in map(encoded, _spellings(value)):
        lines = text.splitlines()
        sure, early = _traces(text), _traces(text[:EARLY])
        if not sure or (len(text) > LONG and not early):
            return None
        longest = max(min(len(text), LONG), *map(len, lines))
        run = _telling_run(text)[:TRACE]
        all_escaped = {"".join(each % byte for byte in run).encode() for each in _ESCAPED_ALL}
        found |= dict.fromkeys(sure | early | all_escaped, longest)
        for line in lines:
            for each in _traces(line):
                found[each] = max(found.get(each, 0), len(line), min(len(text), LONG))
    return found


def encoded_traces(forms: Collection[bytes]) -> dict[bytes, int]:
    """Return the traces of encoded forms that begin with other signs, which may be escaped."""
    runs = {_telling_run(form): len(form) for form in forms if not form[:BEGINNING].isalnum()}
    return {run: length for run, length in runs.items() if len(run) >= TRACE}


def encoded(text: str) -> bytes:
    """Encode a text as it is printed."""
    return text.encode(errors="surrogateescape")


def _traces(text: bytes) -> set[bytes]:
    """Return a run of letters and digits, or a short one with what may follow it."""
    if len(run := _telling_run(text)) >= TRACE:
        return {run}
    at = text.find(run) + len(run)
    if len(run) < TRACE - 1 or at == len(text):
        return set()
    return {run + bytes((each,)) for each in (*_MARKS, text[at])}


def _telling_run(text: bytes) -> bytes:
    """Return the rarest run of letters and digits: mixed ones rather than words, and long ones."""
    return max(_ALPHANUMERIC.findall(text), key=lambda run: len(run) + MIXED * _is_mixed(run), default=b"")


def _is_mixed(run: bytes) -> bool:
    """Return whether a run mixes letters and digits, or cases, as no word does."""
    if run.isalpha():
        return not (run.islower() or run.isupper() or run.istitle())
    return len(run) >= TRACE and not run.isdigit()


def _spellings(value: str) -> set[str]:
    """Return a value as it is, in NFC and in NFD; none where it is too short."""
    if len(value) < SHORTEST:
        return set()
    return {value, *(unicodedata.normalize(form, value) for form in ("NFC", "NFD"))}


def _derived(text: str) -> Iterator[bytes]:
    for escape in ESCAPES.values():
        yield encoded(escape(FilterArguments(text)) or "")
    yield encoded(text.replace(" ", "+"))  # in the query of a URL
    with suppress(UnicodeEncodeError):
        yield text.encode("latin-1")


def _within_base64(raw: bytes) -> Iterator[bytes]:
    """Yield the Base64 letters that these bytes alone determine, for each alignment in a group of three.

    Also without those before the next group of four, after which a line may end.
    """
    for skipped in range(3):
        letters = b64encode(bytes(skipped) + raw)
        stop = (skipped + len(raw)) * 8 // 6
        for start in {-(-skipped * 8 // 6), -(-skipped // 3) * 4}:
            yield letters[start:stop]
