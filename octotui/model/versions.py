"""Versions in SemVer's order, for any count of numbers, and ranges of them as NuGet and Octopus write them.

Libraries for versions know either SemVer, with exactly three numbers, or Python's own versions; packages of
Octopus have up to four numbers, dates among them (`2022.1.3.45`), and any pre-release tag.

What may be asked for: `1.2.0` is just this version; `[1.0,2.0)` an interval, whose ends may be missing;
`1.x` or `1.2.*` whatever begins so. Pre-releases are taken only where a range names one (`[1.0-beta,2.0)`),
or lets them in by their tag: `1.x-*`, `*-beta*`.
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
    """A text that is no range of versions; says what one looks like."""


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What fits: from `low` to `high`, each included or not; the first `numbers`; the tag's pattern."""

    low: str | None = None
    high: str | None = None
    with_low: bool = True
    with_high: bool = True
    numbers: tuple[int, ...] = ()
    tag: str | None = None


@lru_cache(maxsize=1024)
def precedence(version: str) -> tuple[Any, ...]:
    """What versions are ordered by, as SemVer says; also with more or fewer than three numbers."""
    numbers = list(numbers_of(version))
    while numbers and numbers[-1] == 0:
        numbers.pop()
    tag = tag_of(version)
    parts = [(0, int(each), "") if each.isdecimal() else (1, 0, each) for each in tag.split(".") if tag]
    return (tuple(numbers), not tag, tuple(parts))


def numbers_of(version: str) -> tuple[int, ...]:
    """The numbers of a version: 1, 2 and 0 of `1.2.0-beta`."""
    core = version.partition("+")[0].partition("-")[0]
    return tuple(int(each) for each in core.split("."))


def tag_of(version: str) -> str:
    """The pre-release tag of a version: `beta.2` of `1.2.0-beta.2`, nothing of a release."""
    return version.partition("+")[0].partition("-")[2]


@lru_cache(maxsize=1024)
def range_of(text: str) -> Range:
    """The range that a text says; raises RangeError."""
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
    """Whether a version is in a range.

    With a `tag`, a regular expression as channels have it, the pre-release tag must match: `^$` lets only
    releases through, and `^beta` their pre-releases. An unreadable range raises RangeError.
    """
    limits = range_of(wanted)
    version_tag = tag_of(version)
    if tag is not None:
        return _inside(version, limits) and re.search(tag, version_tag) is not None
    return _inside(version, limits) and (not version_tag or _lets_in(limits, version_tag))


def highest(versions: Iterable[str], wanted: str = ANY, tag: str | None = None) -> str | None:
    """The highest version that fits, or None; of equal ones the first."""
    return max((each for each in versions if fits(each, wanted, tag)), key=precedence, default=None)


def best(
    versions: Iterable[str], wanted: str = ANY, limits: str | None = None, tag: str | None = None
) -> str | None:
    """The highest version that fits what a step wants within what a channel allows, or None.

    Which pre-releases are taken is for the channel to say, where it says anything.
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
        return version == limits.low  # builds are equal in order, and yet not the same
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
    """Whether a range without a channel's tag takes this pre-release."""
    if limits.tag is not None:
        return fnmatchcase(tag, limits.tag)
    return any(tag_of(end) for end in (limits.low, limits.high) if end is not None)


def _empty(limits: Range) -> bool:
    if limits.low is None or limits.high is None:
        return False
    low, high = precedence(limits.low), precedence(limits.high)
    return low > high or (low == high and not (limits.with_low and limits.with_high))
