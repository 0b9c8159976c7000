"""Which values of a run the environment of its script carries; helper functions read all of them (V9)."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from octotui.model.environment_names import environment_name, is_reserved

LARGEST = 1 << 17  # bytes of one variable, with its name: Linux starts no program with a larger one
ROOM = min(
    1 << 19, os.sysconf("SC_ARG_MAX") // 4
)  # bytes of all: the rest is for arguments of what scripts start
ENTRY = 10  # bytes that a variable takes beside its name and its value
MANY = 20  # names that a warning says
LONGEST = 80  # characters of one

_BEGINNING = "get_octopusvariable has these variables, and the environment of scripts does not: "


class CarriedValues(NamedTuple):
    """Values by the names that they have in an environment, and why others are left out, by their own."""

    environment: dict[str, str]
    left_out: dict[str, str]


def carried(values: Mapping[str, str]) -> CarriedValues:
    """Choose what is unambiguous and fits, small values first."""
    named: dict[str, list[str]] = {}
    for name in values:
        named.setdefault(environment_name(name), []).append(name)
    environment: dict[str, str] = {}
    left_out: dict[str, str] = {}
    sizes: list[tuple[int, str, str]] = []
    for plain, names in named.items():
        value = values[names[0]]
        if why := _unfit(plain, value, {values[name] for name in names}):
            left_out |= dict.fromkeys(names, why)
        else:
            sizes.append((len(plain) + len(os.fsencode(value)) + ENTRY, plain, names[0]))
    room = ROOM
    for size, plain, name in sorted(sizes) if sum(size for size, *_ in sizes) > ROOM else sizes:
        room -= size
        if room < 0 or size > LARGEST:
            left_out |= dict.fromkeys(named[plain], "too large")
        else:
            environment[plain] = values[name]
    return CarriedValues(environment, left_out)


def _unfit(plain: str, value: str, meant: set[str]) -> str:
    """Why no environment can hold what is called so there, or nothing."""
    if not plain:
        return "not a letter or digit in the name"
    if len(meant) > 1:
        return f"each would be ${plain}"
    return "a NUL in it" if "\0" in value else ""


def warnings_of(values: CarriedValues, warned: Iterable[str] = ()) -> tuple[str, ...]:
    """What to warn of that the run has not been `warned` of: values left out, and renamed ones."""
    said = "".join(each for each in warned if each.startswith(_BEGINNING))
    more = " more" in said
    left_out = (
        {} if more else {name: why for name, why in values.left_out.items() if _quoted(name) not in said}
    )
    sentences = (*_of_left_out(left_out), *_of_renamed(values.environment))
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


def _of_renamed(environment: Iterable[str]) -> Iterator[str]:
    """Of names that programs go by, or that every script gets: they are others' in the environment."""
    names = sorted(name[1:] for name in environment if is_reserved(name[1:]))
    if names:
        found = ", ".join(f"$_{name}" for name in names)
        yield (
            f"programs go by the names {', '.join(names)}, so that no variable of a run has them in a"
            f" script's environment: it is {found} there, or what get_octopusvariable says"
        )


def _quoted(name: str) -> str:
    return f'"{name[:LONGEST]}"'
