"""Filling in a text: `#{Name}` becomes the value, `##{` is a literal `#{` (V1)."""

import re
from collections.abc import Mapping

import msgspec

# A name is what stands between the braces, without braces of its own.
TOKEN = re.compile(r"##\{|#\{\s*([^{}|]+?)\s*\}")


class Filled(msgspec.Struct, frozen=True):
    """A text filled in, and the names nobody knew, once each."""

    text: str
    unknown: tuple[str, ...] = ()


def fill_in(text: str, values: Mapping[str, str], *, depth: int = 8) -> Filled:
    """The text with the values in it; `values` has its names in lower case, and unknown ones stay.

    A value may name other values, `depth` deep; one that names itself stays as written.
    """
    unknown: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "#{"
        value = values.get(name.lower())
        if value is None or depth == 0:
            unknown[name] = None
            return match.group(0)
        inner = fill_in(value, values, depth=depth - 1)
        unknown.update(dict.fromkeys(inner.unknown))
        return inner.text

    return Filled(TOKEN.sub(replace, text), tuple(unknown))
