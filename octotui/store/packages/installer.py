"""Getting a package into a worker's cache: fetched, checked, extracted; all of it or nothing (P2, P3)."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.archives import ArchiveError, unpack
from octotui.store.packages.downloads import DownloadError, WrongChecksum, fetch, forget
from octotui.store.packages.feeds import FeedError, PackageFile, catalogue, choose
from octotui.store.packages.package_cache import (
    lock_package,
    package_path,
    part_of,
    remove_leftovers,
    sweep,
    touch,
)
from octotui.store.private_files import make_folder

Tell = Callable[[str], None]


class PackageError(Exception):
    """A package that can't be had; its text is the sentence that says why."""


def acquire(
    feeds: Iterable[Feed], package: str, version: str, cache: Path, tell: Tell, stopping: Cancellation
) -> Path:
    """Get a package into a worker's cache, unless it is there, and say where it lies.

    Whoever wants the same one meanwhile waits, and finds it there. Raises PackageError.
    """
    try:
        with lock_package(cache, package, version, stopping):
            target = package_path(cache, package, version)
            if target.is_dir():
                tell(f"{package} {version} is in the cache")
            else:
                sweep(cache)
                _bring(locate(feeds, package, version), target, cache, tell, stopping)
            touch(target)
            return target
    except Cancelled as end:
        raise PackageError(f"acquiring {package} {version} was cancelled") from end
    except FeedError as error:
        raise PackageError(str(error)) from error
    except OSError as error:
        raise PackageError(f"{package} {version} cannot be used: {error.strerror or error}") from error


def locate(feeds: Iterable[Feed], package: str, version: str) -> PackageFile:
    """Where this version of a package is, in the first feed that has it; raises FeedError.

    Where none of the feeds that can be read has it, one that can't be read is the reason.
    """
    held: list[PackageFile] = []
    problem: FeedError | None = None
    for feed in feeds:
        try:
            held += catalogue((feed,))
        except FeedError as error:
            problem = problem or error
        match = next((each for each in held if (each.id, each.version) == (package, version)), None)
        if match is not None:
            return match
    if problem is not None:
        raise problem
    return choose(held, package, version)


def _bring(package: PackageFile, target: Path, cache: Path, tell: Tell, stopping: Cancellation) -> None:
    """Fetch, extract and put in place; a download that broke off is gone on with the next time."""
    work = cache / f".{package.id}.{package.version}.work"
    part = part_of(cache, package.id, package.name)
    make_folder(part.parent)
    try:
        digest = _fetched(package, part, tell, stopping)
        try:
            shutil.rmtree(work, ignore_errors=True)  # a crash may have left it
            work.mkdir(0o700)
            unpack(part, work / "content", stopping)
        finally:
            forget(part)
        make_folder(target.parent)
        (work / "content").rename(target)
        tell(f"{package.id} {package.version} is extracted, SHA-256 {digest}")
    except ArchiveError as error:
        raise PackageError(f"{package.name} {error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        remove_leftovers(part)


def _fetched(package: PackageFile, part: Path, tell: Tell, stopping: Cancellation) -> str:
    """The SHA-256 of a package's file, in `part` then; what isn't what it should be is fetched twice."""
    size = "" if package.size is None else f", {package.size:,} bytes"
    tell(f"copying {package.name}{size}")
    try:
        try:
            return fetch(package, part, stopping)
        except WrongChecksum as error:
            tell(f"{error}; trying once more")
            return fetch(package, part, stopping)
    except DownloadError as error:
        raise PackageError(str(error)) from error
