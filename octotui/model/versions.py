"""Versions in SemVer's order, for any count of numbers, and ranges of them as NuGet and Octopus write them.

Libraries for versions know either SemVer, with exactly three numbers, or Python's own versions; packages of
Octopus have up to four numbers, dates among them (`2022.1.3.45`), and any pre-release tag.

Ranges: `1.2.0` is exactly this version; `[1.0,2.0)` an interval, whose ends may be missing;
`1.x` or `1.2.*` a prefix. Pre-releases match only where a range names one (`[1.0-beta,2.0)`),
or has a pattern of tags: `1.x-*`, `*-beta*`.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import msgspec

VERSION = r"[0-9]{1,18}(?:\.[0-9]{1,18}){0,9}(?:-[0-9A-Za-z_.-]{1,100})?(?:\+[0-9A-Za-z_.-]{1,100})?"
ANY = "*"

_INTERVAL = re.compile(rf"([\[(]) *((?:{VERSION})?) *(?:(,) *((?:{VERSION})?) *)?([\])])")
_FLOATING = re.compile(r"((?:[0-9]{1,18}\.){0,9})[*xX](?:\.[*xX])*(?:-([0-9A-Za-z_.*?-]{1,100}))?")


class RangeError(ValueError):
    """Raised for a text that is no range of versions; shows a valid one."""


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A range: from `low` to `high`, each inclusive or not; a prefix of `numbers`; a glob of tags."""

    low: str | None = None
    high: str | None = None
    with_low: bool = True
    with_high: bool = True
    numbers: tuple[int, ...] = ()
    tag: str | None = None


@lru_cache(maxsize=1024)
def precedence(version: str) -> tuple[Any, ...]:
    """Return the sort key of a version by SemVer's precedence, for any count of numbers."""
    numbers = list(numbers_of(version))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    tag = tag_of(version)
    parts = [(0, int(each), "") if each.isdecimal() else (1, 0, each) for each in tag.split(".") if tag]
    return (tuple(numbers), not tag, tuple(parts))


def numbers_of(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: 1, 2 and 0 of `1.2.0-beta`."""
    core = version.partition("+")[0].partition("-")[0]
    return tuple(int(each) for each in core.split("."))


def tag_of(version: str) -> str:
    """Return the pre-release tag of a version: `beta.2` of `1.2.0-beta.2`, `""` of a release."""
    return version.partition("+")[0].partition("-")[2]


@lru_cache(maxsize=1024)
def range_of(text: str) -> Range:
    """Parse a range of versions. Raises RangeError."""
    if re.fullmatch(VERSION, text):
        return Range(low=text, high=text)
    if match := _FLOATING.fullmatch(text):
        return Range(numbers=tuple(map(int, match[1].split(".")[:-1])), tag=match[2])
    if (match := _INTERVAL.fullmatch(text)) is None or not (match[2] or match[4]):
        raise RangeError(
            f'"{text}" is no range of versions; write one such as "1.2.0", "[1.0,2.0)", "1.x" or "1.x-*".'
        )
    low, high = match[2] or None, match[4] or None
    if not match[3]:
        high = low  # `[1.2.0]`
    read = Range(low=low, high=high, with_low=match[1] == "[", with_high=match[5] == "]")
    if _empty(read):
        raise RangeError(f'No version is in "{text}"; turn its ends round, or include them with "[" and "]".')
    return read


def fits(version: str, wanted: str = ANY, tag: str | None = None) -> bool:
    """Return whether a version is in a range.

    With a `tag`, the regular expression of a channel, the pre-release tag must match: `^$` accepts only
    releases, `^beta` pre-releases. Raises RangeError.
    """
    limits = range_of(wanted)
    version_tag = tag_of(version)
    if tag is not None:
        return _inside(version, limits) and re.search(tag, version_tag) is not None
    return _inside(version, limits) and (not version_tag or _lets_in(limits, version_tag))


def highest(versions: Iterable[str], wanted: str = ANY, tag: str | None = None) -> str | None:
    """Return the highest version that fits, or None; of equal ones the first."""
    return max((each for each in versions if fits(each, wanted, tag)), key=precedence, default=None)


def best(
    versions: Iterable[str], wanted: str = ANY, limits: str | None = None, tag: str | None = None
) -> str | None:
    """Return the highest version that a step wants and a channel allows (`limits`, `tag`), or None.

    A channel that limits anything also decides which pre-releases are allowed.
    """
    if limits is None and tag is None:
        return highest(versions, wanted)
    allowed = [each for each in versions if fits(each, limits or ANY, tag)]
    return highest(allowed, wanted, tag or "")


def _inside(version: str, limits: Range) -> bool:
    version_key, count = precedence(version), len(limits.numbers)
    padded = (*numbers_of(version), *(0,) * count)
    if padded[:count] != limits.numbers:
        return False
    if limits.low is not None and limits.low == limits.high and "+" in limits.low:
        return version == limits.low  # builds have equal precedence, but are different versions
    return _above(version_key, limits) and _below(version_key, limits)


def _above(version_key: tuple[Any, ...], limits: Range) -> bool:
    if limits.low is None:
        return True
    low = precedence(limits.low)
    return version_key > low or (limits.with_low and version_key == low)


def _below(version_key: tuple[Any, ...], limits: Range) -> bool:
    if limits.high is None:
        return True
    high = precedence(limits.high)
    return version_key < high or (limits.with_high and version_key == high)


def _lets_in(limits: Range, tag: str) -> bool:
    """Return whether a range accepts this pre-release tag without a channel's pattern."""
    if limits.tag is not None:
        return fnmatchcase(tag, limits.tag)
    return any(tag_of(end) for end in (limits.low, limits.high) if end is not None)


def _empty(limits: Range) -> bool:
    if limits.low is None or limits.high is None:
        return False
    low, high = precedence(limits.low), precedence(limits.high)
    return low > high or (low == high and not (limits.with_low and limits.with_high))
