"""Feeds: the packages in them, and the version that a run takes (P1)."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from octotui.model.checks.packages import package_of
from octotui.model.complaints import did_you_mean
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.model.space import Channel, Feed
from octotui.model.versions import ANY, best, precedence, tag_of
from octotui.store.packages.feed_listings import Listed, ListingError, read_listing

MOST = 12  # versions that a sentence names
PAGES = 1000  # most pages of one listing


class FeedError(Exception):
    """No feed has a package, or a feed cannot be read; the text is a sentence that says so."""


class PackageFile(msgspec.Struct, frozen=True, kw_only=True):
    """A package in a feed: its file's name, and the path or URL that it is fetched from.

    `checksum` is the address of a file with the SHA-256, where the feed has one.
    """

    id: str
    version: str
    name: str
    source: str
    feed: Feed
    size: int | None = None
    sha256: str = ""
    checksum: str = ""


def choose(
    held: Iterable[PackageFile], package: str, version: str | None, channel: Channel | None = None
) -> PackageFile:
    """Return a package's highest version that satisfies the range, and the channel; raises FeedError."""
    held = list(held)
    of_id = [each for each in held if each.id == package]
    limits, tag = (channel.versions.get(package), channel.tag) if channel else (None, None)
    chosen = best((each.version for each in of_id), version or ANY, limits, tag)
    if chosen is not None:
        return next(each for each in of_id if each.version == chosen)
    if of_id:
        held_of = [each.version for each in of_id]
        raise FeedError(_none_fits(package, version, held_of) + _of_channel(channel, limits or tag))
    hint = did_you_mean(package, dict.fromkeys(each.id for each in held)) if held else ", nor any other"
    raise FeedError(f"no feed holds the package {package}{hint}")


def catalogue(feeds: Iterable[Feed]) -> list[PackageFile]:
    """Return the packages in feeds; raises FeedError where one cannot be read."""
    packages: list[PackageFile] = []
    for feed in feeds:
        if feed.directory is not None:
            packages += _packages(feed, _files(feed.directory))
        elif feed.url is not None:
            packages += _packages(feed, _listing(feed, feed.url))
    return packages


def _packages(feed: Feed, files: Iterable[Listed]) -> list[PackageFile]:
    """Return the files of a feed that are packages, by their names."""
    by_name = {each.name: each for each in files}
    packages = []
    for name, file in by_name.items():
        if package := package_of(name):
            beside = by_name.get(f"{name}.sha256")
            packages.append(
                PackageFile(
                    id=package.id,
                    version=package.version or "",
                    name=name,
                    source=file.url,
                    feed=feed,
                    size=file.size,
                    sha256=file.sha256,
                    checksum="" if beside is None else beside.url,
                )
            )
    return packages


def _files(directory: str) -> list[Listed]:
    """List a folder; raises FeedError, also where everybody can write to it."""
    try:
        FileTrust().check(directory)
        return [Listed(each.name, str(each), _size(each)) for each in sorted(Path(directory).iterdir())]
    except Distrusted as problem:
        raise FeedError(f"the feed {directory} is not used: {problem}") from None
    except OSError as error:
        raise FeedError(f"the feed {directory} cannot be read: {error.strerror}") from error


def _size(file: Path) -> int | None:
    """Return a file's size, where it is readable."""
    with suppress(OSError):
        return file.stat().st_size
    return None


def _listing(feed: Feed, url: str) -> list[Listed]:
    """Return all pages of a server's listing."""
    from octotui.store.packages.http_client import FetchError, HttpClient  # noqa: PLC0415 - slow to load

    files: list[Listed] = []
    try:
        server, following = HttpClient(feed), url
        for _ in range(PAGES):
            answer = server.page(following, {"Accept": "application/json, application/xml, text/html, */*"})
            page = read_listing(answer.body, answer.url)
            files += page.files
            if page.following is None:
                return files
            following = page.following
    except FetchError as error:
        raise FeedError(f"the feed cannot be read: {error}") from error
    except ListingError as error:
        raise FeedError(f"the feed cannot be read: {url} {error}") from error
    raise FeedError(f"the feed cannot be read: the listing of {url} has no end")


def _of_channel(channel: Channel | None, limits: str | None) -> str:
    return f", and the channel {channel.name} takes {limits}" if channel and limits else ""


def _none_fits(package: str, version: str | None, held: list[str]) -> str:
    """Return a sentence that says why none of the versions is taken."""
    rising = sorted(held, key=precedence)
    there = f"there is {', '.join(rising[-MOST:])}"
    if version is None and all(map(tag_of, held)):
        return (
            f"no feed holds a release of {package}; {there}: ask for {package}@{rising[-1]}, or {package}@*-*"
        )
    return f"no feed holds {package} {version or ''}; {there}"
