"""Filling in a text: `#{Name}` becomes the value, `##{` is a literal `#{` (V1)."""

import re
from collections.abc import Mapping

import msgspec

# A name is what stands between the braces, without braces of its own.
TOKEN = re.compile(r"##\{|#\{\s*([^{}|]+?)\s*\}")

DEEPEST = 32  # values within values


class Filled(msgspec.Struct, frozen=True):
    """A text filled in, and the names nobody knew, once each."""

    text: str
    unknown: tuple[str, ...] = ()


def fill_in(text: str, values: Mapping[str, str], within: tuple[str, ...] = ()) -> Filled:
    """The text with the values in it; `values` has its names in lower case, and unknown ones stay.

    A value may name other values; a name within its own value stays as written, and is as unknown.
    """
    if "#{" not in text:
        return Filled(text)
    unknown: dict[str, None] = {}

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "#{"
        value = values.get(name.lower())
        if value is None or name.lower() in within or len(within) == DEEPEST:
            unknown[name] = None
            return match.group(0)
        inner = fill_in(value, values, (*within, name.lower()))
        unknown.update(dict.fromkeys(inner.unknown))
        return inner.text

    return Filled(TOKEN.sub(replace, text), tuple(unknown))
