"""References: names whose values flow into a text, without those that only conditions test."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from octotui.variables.syntax.names import steps
from octotui.variables.syntax.nodes import (
    Each,
    Expression,
    Filtered,
    If,
    Name,
    Part,
    Parts,
    Path,
    Substitution,
)
from octotui.variables.syntax.scanner import read_leniently

ANY = "[*]"
"""A wildcard for an index that is known only at expansion."""

PLAIN = frozenset(
    {
        *("tobase64", "md5", "sha1", "sha256", "sha384", "sha512"),
        *("versionmajor", "versionminor", "versionpatch", "versionrevision"),
        *("contains", "startswith", "endswith", "match"),
        *("greaterthan", "greaterthanorequal", "lessthan", "lessthanorequal"),
    }
)
"""Filters whose results have only letters, digits and `+/=`, whatever the input."""

Items = Mapping[str, tuple[str, ...]]
"""The collections of enclosing loops, by the name of their item in lower case."""

NO_ITEMS: Items = MappingProxyType({})


class Reference(msgspec.Struct, frozen=True):
    """A name in lower case whose value becomes part of a text; `start` is its tag's offset."""

    key: str
    start: int


def references(text: str) -> tuple[Reference, ...]:
    """Return the names whose values become part of a text, in order."""
    parts, _ = read_leniently(text)
    return tuple(Reference(key, start) for key, start in _of_parts(parts, NO_ITEMS))


def _of_parts(parts: Parts, items: Items) -> Iterator[tuple[str, int]]:
    """Yield names, with the offsets of their tags."""
    for part in parts:
        yield from _of_part(part, items)


def _of_part(part: Part, items: Items) -> Iterator[tuple[str, int]]:
    match part:
        case Name(start=start):
            yield from ((key, start) for key in _keys(part, items))
        case Substitution(expression=expression, start=start):
            yield from ((key, start) for key in _of_expression(expression, items))
        case If(then=then, otherwise=otherwise):
            yield from _of_parts(then, items)
            yield from _of_parts(otherwise, items)
        case Each(item=item, collection=collection, body=body):
            inside = {**items, item.lower(): tuple(_of_expression(collection, items))}
            yield from _of_parts(body, inside)
        case _:
            pass  # plain text, and calculations, whose results are numbers


def _of_expression(expression: Expression, items: Items) -> list[str]:
    """Return the names whose values survive all filters."""
    if not isinstance(expression, Filtered):
        return list(_keys(expression, items))
    left = [] if expression.subject is None else list(_keys(expression.subject, items))
    gone: list[str] = []
    for call in expression.calls:
        left += [key for key, _ in _of_parts(call.options, items)]
        if call.filter.lower() in PLAIN:
            left, gone = [], gone + left
        elif call.filter.lower() == "frombase64":
            left, gone = left + gone, []
    return left


def _keys(name: Name | Path, items: Items) -> Iterator[str]:
    """Yield the names that one may refer to: itself, or the collections of its loop item."""
    if isinstance(name, Name) and not items:
        yield name.key
        return
    path = name.path if isinstance(name, Name) else "".join(_piece(each) for each in name.pieces)
    first, *rest = [each.lower() for each in steps(path)] or [""]
    if first not in items:
        yield "".join((first, *rest))
    for collection in items.get(first, ()):
        yield collection
        if rest:
            yield "".join((collection, ANY, *rest))


def _piece(piece: str | Name | Substitution) -> str:
    return piece if isinstance(piece, str) else ANY
