"""Splitting a query into words, with their places in the text; nothing that is typed is an error here.

Kept parsers of query languages (luqum, a grammar of lark) refuse a text that is not complete, and shlex
forgets where a word stood; completion needs both while somebody types.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_QUOTED = r'"(?:[^"]|"")*(?:"|$)'
_WORD = re.compile(rf'(?:{_QUOTED}|[^\s"])+')
_VALUE = re.compile(rf'(?:{_QUOTED}|[^,"])*')
_KEY = re.compile(r"([A-Za-z][A-Za-z_-]*):")


class TypedValue(NamedTuple):
    """One value, its quotes taken off, and where it stands."""

    text: str
    start: int
    end: int


class TypedWord(NamedTuple):
    """A word of a query; without a key its one value is what is looked for."""

    start: int
    end: int
    negated: bool
    key: str
    values: tuple[TypedValue, ...]


def scan(text: str) -> Iterator[TypedWord]:
    """Split a text into words, in order; an unclosed quote extends to the end."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        negated = text[start] == "-" and end - start > 1
        at = start + negated
        keyed = _KEY.match(text, at, end)
        values = _values(text, keyed.end(), end) if keyed else (_value(text, at, end),)
        yield TypedWord(start, end, negated, keyed[1].lower() if keyed else "", tuple(values))


def quoted(text: str) -> str:
    """Quote a value so that it can be typed."""
    plain = text and not re.search(r'[\s",]', text)
    return text if plain else '"' + text.replace('"', '""') + '"'


def _values(text: str, start: int, end: int) -> Iterator[TypedValue]:
    """Split a value at commas; empty parts are kept."""
    while True:
        found = _VALUE.match(text, start, end)
        stop = found.end() if found else end
        yield _value(text, start, stop)
        if stop >= end:
            return
        start = stop + 1


def _value(text: str, start: int, end: int) -> TypedValue:
    return TypedValue(re.sub(_QUOTED, _inside, text[start:end]), start, end)


def _inside(quote: re.Match[str]) -> str:
    """Return the text between quotes; a doubled quote stands for one."""
    inner = quote[0][1:]
    closed = quote[0].count('"') % 2 == 0
    return (inner[:-1] if closed else inner).replace('""', '"')
