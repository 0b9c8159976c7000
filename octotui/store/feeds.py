"""Feeds that are directories: which packages they hold, and which version a run takes (P1)."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from octotui.model.complaints import did_you_mean
from octotui.model.packages import package_of
from octotui.model.space import Feed
from octotui.model.versions import ANY, highest, precedence, tag_of

MOST = 12  # versions that a sentence names


class FeedError(Exception):
    """A package that no feed has; its text is the sentence that says so."""


class Found(msgspec.Struct, frozen=True):
    """A package file in a feed, and the feed's rate in bytes a second."""

    id: str
    version: str
    file: Path
    rate: int | None


def choose(feeds: Iterable[Feed], package: str, version: str | None) -> Found:
    """The highest version of a package that fits; raises FeedError."""
    held = [each for feed in feeds for each in catalogue(feed)]
    of_id = [each for each in held if each.id == package]
    chosen = highest((each.version for each in of_id), version or ANY)
    if chosen is not None:
        return next(each for each in of_id if each.version == chosen)
    if of_id:
        raise FeedError(_none_fits(package, version, [each.version for each in of_id]))
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


def _none_fits(package: str, version: str | None, held: list[str]) -> str:
    """Why none of the versions held is taken."""
    rising = sorted(held, key=precedence)
    there = f"there is {', '.join(rising[-MOST:])}"
    if version is None and all(map(tag_of, held)):
        return (
            f"no feed holds a release of {package}; {there}: ask for {package}@{rising[-1]}, or {package}@*-*"
        )
    return f"no feed holds {package} {version or ''}; {there}"
