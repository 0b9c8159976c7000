"""Masking of free texts in commands and events, before they reach the State and the journal (V5)."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import msgspec
from msgspec.structs import replace

Mask = Callable[[str], str]
T = TypeVar("T", bound=msgspec.Struct)

TEXTS = frozenset(
    {
        *("instructions", "message", "notes", "reason", "since", "subject", "text", "unsure"),
        *("highlights", "problem", "problems", "warnings"),
        *("outcome", "release"),  # in which there are such texts
    }
)
"""Fields of commands and events that hold free text."""


def masked(record: T, mask: Mask) -> T:
    """Mask the free texts of a command or event, but not names or values of variables."""
    changed = {}
    for name in _texts_of(type(record)):
        before = getattr(record, name)
        after = _masked(before, mask)
        if after != before:
            changed[name] = after
    return replace(record, **changed) if changed else record


def _masked(value: object, mask: Mask) -> object:
    match value:
        case str():
            return mask(value) if value else value
        case tuple():
            return tuple(_masked(each, mask) for each in value)
        case msgspec.Struct():
            return masked(value, mask)
    return value


@cache
def _texts_of(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the fields of a struct type that hold free text."""
    return tuple(name for name in kind.__struct_fields__ if name in TEXTS)
