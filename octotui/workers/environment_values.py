"""Selection of the values that a script's environment carries; helper functions read all of them (V9)."""

import os
import resource
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from octotui.model.environment_names import environment_name, is_reserved

LARGEST = 1 << 17  # bytes of one variable with its name: the limit of Linux (MAX_ARG_STRLEN)
ROOM = 1 << 19  # bytes of all; the rest of the limit (ARG_MAX) is for arguments
LEAST_ROOM = 1 << 15  # bytes of all, however small the limit
ENTRY = 10  # bytes of overhead for each variable
MANY = 20  # names in a warning
LONGEST = 80  # characters of a name in a warning

_BEGINNING = "get_octopusvariable has these variables, and the environment of scripts does not: "


class CarriedValues(NamedTuple):
    """Values by their environment names, and the reasons for those left out, by their own names."""

    environment: dict[str, str]
    left_out: dict[str, str]


def carried(values: Mapping[str, str]) -> CarriedValues:
    """Choose the values that are unambiguous and fit, small ones first."""
    named = _by_environment_name(tuple(values))
    environment: dict[str, str] = {}
    left_out: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for plain, names in named.items():
        value = values[names[0]]
        size = len(plain) + (len(value) if value.isascii() else len(os.fsencode(value))) + ENTRY
        if why := _unfit(plain, value, size, names, values):
            left_out |= dict.fromkeys(names, why)
        else:
            environment[plain], sizes[plain] = value, size
    if sum(sizes.values()) > LEAST_ROOM:
        for plain in _beyond(_room(), sizes):
            left_out |= dict.fromkeys(named[plain], "too large")
            del environment[plain]
    return CarriedValues(environment, left_out)


@lru_cache(maxsize=8)  # the jobs of a process have the same names
def _by_environment_name(names: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    named: dict[str, list[str]] = {}
    for name in names:
        named.setdefault(environment_name(name), []).append(name)
    return named


def _beyond(room: int, sizes: Mapping[str, int]) -> Iterator[str]:
    """Yield the names, largest last, for which there is no room."""
    taken = 0
    for plain in sorted(sizes, key=lambda plain: (sizes[plain], plain)):
        taken += sizes[plain]
        if taken > room:
            yield plain


def _room() -> int:
    """Return the bytes for all values: a quarter of ARG_MAX, which depends on the stack limit."""
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    return ROOM if stack == resource.RLIM_INFINITY else max(LEAST_ROOM, min(ROOM, stack // 16))


def _unfit(plain: str, value: str, size: int, names: Sequence[str], values: Mapping[str, str]) -> str:
    """Return why no environment can hold this variable, or `""`."""
    if not plain:
        return "not a letter or digit in the name"
    if len(names) > 1 and any(values[name] != value for name in names):
        return f"each would be ${plain}"
    if "\0" in value:
        return "a NUL in it"
    return "too large" if size > LARGEST else ""


def warnings_of(values: CarriedValues, warned: Iterable[str] = ()) -> tuple[str, ...]:
    """Return warnings about values left out and renamed, except those in `warned`."""
    earlier = tuple(each for each in warned if each.startswith(_BEGINNING))
    left_out = {
        name: why
        for name, why in values.left_out.items()
        if not any(_quoted(name) in each or each.endswith(" more") for each in earlier)
    }
    sentences = (*_of_left_out(left_out), *_of_renamed(tuple(values.environment)))
    return tuple(each for each in sentences if each not in warned)


def _of_left_out(left_out: Mapping[str, str]) -> Iterator[str]:
    if not left_out:
        return
    reasons: dict[str, list[str]] = {}
    for name, why in list(left_out.items())[:MANY]:
        reasons.setdefault(why, []).append(_quoted(name))
    parts = [f"{', '.join(names)} ({why})" for why, names in reasons.items()]
    if len(left_out) > MANY:
        parts.append(f"and {len(left_out) - MANY:,} more")
    yield _BEGINNING + ", ".join(parts)


@lru_cache(maxsize=8)
def _of_renamed(environment: tuple[str, ...]) -> tuple[str, ...]:
    """Return a warning about reserved names, which have another meaning in the environment."""
    names = sorted(name[1:] for name in environment if name.startswith("_") and is_reserved(name[1:]))
    if not names:
        return ()
    found = ", ".join(f"$_{name}" for name in names)
    return (
        f"programs read the names {', '.join(names)}, so no variable of a run has them in a"
        f" script's environment: read it as {found} there, or with get_octopusvariable",
    )


def _quoted(name: str) -> str:
    return f'"{name[:LONGEST]}"'
