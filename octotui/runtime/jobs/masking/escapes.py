"""The escapes with which languages write bytes, and their decoding.

A row of quotes, backslashes and the like is one unit: its meaning depends on where decoding starts.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple

WIDEST = 12  # bytes of the longest escape of one byte
COLOURED = 28  # the same with a colour for each byte
TAIL = 64  # bytes; an incomplete escape is shorter
LONGEST_ROW = 1024  # bytes of a row that are one unit

_DOUBLED = (b"'", b'"', b"%", b"$")
_PAIRED = frozenset(b"\\'\"`%$")
_CONTROLS = {bytes((letter,)): bytes((control,)) for control, letter in enumerate(b"abtnvfr", 7)}
_LETTERS = {**_CONTROLS, b"e": b"\x1b", b"E": b"\x1b", b"\n": b""}  # a backslash continues a line


class Escape(NamedTuple):
    """A language's escape: a pattern of one group, and what a match means.

    `mark` is a part of every match. It only matters for values with one of the bytes in `needed_for`, unless
    that is empty.
    """

    mark: bytes
    written: re.Pattern[bytes]
    meaning: Callable[[bytes], bytes] | bytes
    needed_for: bytes = b""

    def matters(self, alphabet: frozenset[int]) -> bool:
        """Return whether values of these bytes can be written with it."""
        return not self.needed_for or not alphabet.isdisjoint(self.needed_for)

    def undo(self, text: bytes) -> bytes:
        """Return the text with every escape decoded."""
        if self.mark[0] not in text or self.mark not in text:  # the first test is the fast one
            return text
        if isinstance(self.meaning, bytes):
            return self.written.sub(self.meaning, text)
        pieces = self.written.split(text)  # every second piece is an escape; faster than a callback each
        pieces[1::2] = map(self.meaning, pieces[1::2])
        return b"".join(pieces)

    def length(self, written: bytes) -> int:
        """Return how many bytes a match means."""
        return len(self.meaning if isinstance(self.meaning, bytes) else self.meaning(written))


def unfinished(text: bytes) -> int:
    """Return where an incomplete escape begins at the end of a text, or the end."""
    found = _UNFINISHED.search(text, max(0, len(text) - TAIL))
    return found.start() if found else len(text)


def row_start(text: bytes, at: int) -> int:
    """Return where the row of paired characters begins that ends at a place."""
    start = at
    while start and text[start - 1] in _PAIRED and at - start < LONGEST_ROW:
        start -= 1
    return start


def _pattern(written: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(" + written.replace(b"H", b"[0-9a-fA-F]") + b")", re.DOTALL)


def _pair(high: bytes, low: bytes) -> bytes:
    """Decode a pair of surrogates."""
    return bytes.fromhex((high + low).decode()).decode("utf-16-be").encode()


def _character(number: str) -> bytes:
    return chr(int(number, 16)).encode(errors="surrogatepass") if int(number, 16) <= 0x10FFFF else b""


@lru_cache(4096)
def _of_backslash(written: bytes) -> bytes:
    """Decode as JSON, C, Python, `printf %q` and `$'…'` do."""
    kind, digits = written[1:2], written[2:].decode("latin-1").strip("{}")
    if kind.isdigit():
        return bytes((int(written[1:], 8) & 0xFF,)) if kind < b"8" else kind
    if not digits:
        return _LETTERS.get(kind, kind)
    if "\\" in digits:
        return _pair(written[2:6], written[8:])
    return bytes.fromhex(digits) if kind == b"x" and len(written) == 4 else _character(digits)


@lru_cache(4096)
def _of_code_points(written: bytes) -> bytes:
    """Decode as YAML and Python's `repr` do: two digits are a character, not a byte."""
    is_byte = written[1:2] == b"x" and len(written) == 4
    return _character(written[2:].decode()) if is_byte else _of_backslash(written)


@lru_cache(4096)
def _of_percent(written: bytes) -> bytes:
    """Decode as URLs and JavaScript's `escape` do."""
    if written[1:2] != b"u":
        return bytes.fromhex(written[1:].decode())
    return _pair(written[2:6], written[8:]) if len(written) > 6 else _character(written[2:].decode())


@lru_cache(4096)
def _of_entity(written: bytes) -> bytes:
    name = written[1:-1].decode()
    if name[0] != "#":
        return html5[f"{name};"].encode() if f"{name};" in html5 else written
    return _character(name[2:] if name[1] in "xX" else f"{int(name[1:]):x}")


def _of_quotes(written: bytes) -> bytes:
    """Decode a quote after a backslash, as in bash, or one or several in double quotes."""
    return written.split(b'"')[1] if b'"' in written else b"'"


TERMINAL = Escape(b"\x1b", _pattern(rb"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|[()][0-9A-Za-z])"), b"")
"""Colours and the like, as `grep --color` and `tput sgr0` write them."""

_BACKSLASH = _pattern(rb"\\(?:u[dD][89abAB]HH\\u[dD][c-fC-F]HH|uHHHH|[ux]\{H{1,6}\}|UH{8}|xHH|[0-7]{1,3}|.)")
_NOT_ASCII = bytes(range(0x80, 0x100))

ESCAPES = (
    Escape(b"\\", _BACKSLASH, _of_backslash),
    Escape(b"\\x", _BACKSLASH, _of_code_points, _NOT_ASCII),
    Escape(b"%", _pattern(rb"%(?:HH|u[dD][89abAB]HH%u[dD][c-fC-F]HH|uHHHH)"), _of_percent),
    Escape(b"&", _pattern(rb"&(?:#[0-9]{1,10}|#[xX]H{1,8}|[a-zA-Z][0-9a-zA-Z]{1,31});"), _of_entity),
    Escape(b"'", _pattern(rb"""'(?:\\''|"'+"'?)|(?<![^\s=])"'+"'"""), _of_quotes, b"'"),
    Escape(b"`", _pattern(rb"`."), lambda written: _LETTERS.get(written[1:], written[1:]), b"`$\"'\n\r\t"),
    *(Escape(each * 2, _pattern(re.escape(each) * 2), each, each) for each in _DOUBLED),
)

GAPS = b" \t\r\n:"
"""Separators of Base64's lines, and of hexadecimal bytes."""

LETTERS = re.compile(rb"[^ \t\r\n:]+")
URL_SAFE = bytes.maketrans(b"-_", b"+/")
URL_SAFE_LETTERS = bytes.maketrans(b"+/", b"-_")

_UNFINISHED = _pattern(
    rb"(?:\x1b(?:\[[0-?]{0,32}[ -/]{0,4}|[()])?"
    rb"|\\(?:u[dD][89abAB]HH(?:\\(?:u(?:[dD](?:[c-fC-F]H?)?)?)?)?|u(?:H{0,3}|\{H{0,6})|UH{0,7}|x(?:H|\{H{0,6})?|[0-7]{1,2})?"
    rb"|%(?:H|uH{0,3}|u[dD][89abAB]HH(?:%(?:u(?:[dD](?:[c-fC-F]H?)?)?)?)?)?|&#?[0-9a-zA-Z]{0,32})\Z"
)
