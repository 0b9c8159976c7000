"""Feeds that are directories: which packages they hold, and which version a run takes (P1)."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from octotui.model.complaints import did_you_mean
from octotui.model.packages import package_of
from octotui.model.space import Feed


class FeedError(Exception):
    """A package that no feed has; its text is the sentence that says so."""


class Found(msgspec.Struct, frozen=True):
    """A package file in a feed, and the feed's rate in bytes a second."""

    id: str
    version: str
    file: Path
    rate: int | None


def choose(feeds: Iterable[Feed], package: str, version: str | None) -> Found:
    """The highest version of a package, or exactly the one asked for; raises FeedError."""
    held = [each for feed in feeds for each in catalogue(feed)]
    of_id = [each for each in held if each.id == package]
    wanted = [each for each in of_id if version is None or each.version == version]
    if wanted:
        return max(wanted, key=lambda each: precedence(each.version))
    if of_id:
        there = ", ".join(sorted((each.version for each in of_id), key=precedence))
        raise FeedError(f"no feed holds {package} {version}; there is {there}")
    hint = did_you_mean(package, dict.fromkeys(each.id for each in held))
    raise FeedError(f"no feed holds the package {package}{hint or '.'}")


def catalogue(feed: Feed) -> list[Found]:
    """The packages in a feed's directory, by file name; raises FeedError where it can't be read."""
    try:
        files = sorted(Path(feed.directory).iterdir())
    except OSError as error:
        raise FeedError(f"the feed {feed.directory} cannot be read: {error.strerror}") from error
    named = ((file, package_of(file.name)) for file in files)
    return [Found(each.id, each.version or "", file, feed.rate) for file, each in named if each is not None]


def precedence(version: str) -> tuple[Any, ...]:
    """What versions are ordered by, as SemVer says; also with more or fewer than three numbers."""
    core, _, pre = version.partition("+")[0].partition("-")
    numbers = [int(each) for each in re.findall(r"\d+", core)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    identifiers = [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in pre.split(".") if pre]
    return (tuple(numbers), not pre, tuple(identifiers))
