"""Getting a package into a worker's cache: fetched, checked, extracted; all of it or nothing (P2, P3)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from octotui.model.space import Feed
from octotui.store.archives.entries import ArchiveError, shown
from octotui.store.archives.unpack import unpack
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.directory import Directory, remove_tree
from octotui.store.packages.attempt_copy import copy_package
from octotui.store.packages.downloads import DownloadError, WrongChecksum, fetch, forget
from octotui.store.packages.feeds import FeedError, PackageFile, catalogue, choose
from octotui.store.packages.manifest import (
    PackageChanged,
    PackageManifest,
    read_manifest,
    survey,
    verify,
    write_manifest,
)
from octotui.store.packages.package_cache import (
    PackageCache,
    lock_package,
    part_of,
    remove,
    remove_leftovers,
    sweep,
    touch,
)
from octotui.store.private_files import make_folder

Tell = Callable[[str], None]


class PackageError(Exception):
    """A package that can't be had; its text is the sentence that says why."""


def acquire(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    cache: PackageCache,
    tell: Tell,
    stopping: Cancellation,
) -> str:
    """Get a package into a worker's cache, unless it is there as it was extracted; raises PackageError.

    Whoever wants the same one meanwhile waits, and finds it there. Returns what to warn of, if anything.
    """
    with _told(package, version), lock_package(cache.folder, package, version, stopping):
        target, warning = cache.content(package, version), ""
        manifest = read_manifest(cache.manifest(package, version))
        change = _change(target, manifest, stopping) if manifest and target.is_dir() else None
        if change == "":
            tell(f"{package} {version} is in the cache")
        else:
            if change:
                warning = f"{package} {version} was changed in the cache ({change}): it is fetched anew"
                tell(warning)
            elif target.is_dir():
                tell(
                    f"{package} {version} was extracted by an earlier octotui, unverified: it is fetched anew"
                )
            sweep(cache)
            _bring(locate(feeds, package, version), cache, tell, stopping)
        touch(target)
    return warning


def provide(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    cache: PackageCache,
    target: Path,
    stopping: Cancellation,
) -> str:
    """Make an attempt its own copy of a package, as it was extracted; raises PackageError.

    One that was changed since it was acquired, or that an earlier octotui has acquired, is acquired again.
    Returns what to warn of, if anything.
    """
    warning = ""
    with _told(package, version):
        make_folder(target.parent)
        try:
            _copy(cache, package, version, target, stopping)
        except (PackageChanged, OSError):
            warning = acquire(feeds, package, version, cache, lambda line: None, stopping)
            _copy(cache, package, version, target, stopping)
    return warning


def _copy(cache: PackageCache, package: str, version: str, target: Path, stopping: Cancellation) -> None:
    manifest = read_manifest(cache.manifest(package, version))
    if manifest is None:
        raise PackageChanged("")
    copy_package(cache.content(package, version), manifest, target, stopping)


def _change(target: Path, manifest: PackageManifest, stopping: Cancellation) -> str:
    """What of a package in the cache is not as it was extracted; nothing where all of it is."""
    try:
        with Directory(target) as folder:
            verify(folder, manifest, stopping)
    except (PackageChanged, OSError) as change:
        return shown(str(change) or "all of it")
    return ""


@contextmanager
def _told(package: str, version: str) -> Iterator[None]:
    """Say of a package in one sentence what goes wrong; raises PackageError."""
    try:
        yield
    except Cancelled as end:
        raise PackageError(f"acquiring {package} {version} was cancelled") from end
    except FeedError as error:
        raise PackageError(str(error)) from error
    except PackageChanged as error:
        raise PackageError(
            f"{package} {version} is being changed in the cache: {shown(str(error))}"
        ) from error
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


def _bring(package: PackageFile, cache: PackageCache, tell: Tell, stopping: Cancellation) -> None:
    """Fetch, extract and put in place; a download that broke off is gone on with the next time."""
    work = cache.folder / f".{package.id}.{package.version}.work"
    part = part_of(cache.folder, package.id, package.name)
    make_folder(part.parent)
    try:
        digest = _fetched(package, part, tell, stopping)
        try:
            remove_tree(work)  # a crash may have left it
            work.mkdir(0o700)
            unpack(part, work / "content", stopping)
        finally:
            forget(part)
        _put_in_place(package, work / "content", cache, stopping)
        tell(f"{package.id} {package.version} is extracted, SHA-256 {digest}")
    except ArchiveError as error:
        raise PackageError(f"{package.name} {error}") from error
    finally:
        remove_tree(work)
        remove_leftovers(part)


def _put_in_place(package: PackageFile, content: Path, cache: PackageCache, stopping: Cancellation) -> None:
    """Let a package take its place, from which one that was changed goes, and write down what it is."""
    with Directory(content) as folder:
        manifest = survey(folder, stopping)
    target = cache.content(package.id, package.version)
    remove(target)
    make_folder(target.parent)
    content.rename(target)
    write_manifest(cache.manifest(package.id, package.version), manifest)


def _fetched(package: PackageFile, part: Path, tell: Tell, stopping: Cancellation) -> str:
    """The SHA-256 of a package's file, in `part` then; what isn't what it should be is fetched twice."""
    size = "" if package.size is None else f", {package.size:,} bytes"
    tell(f"copying {package.name}{size}")
    try:
        try:
            return fetch(package, part, stopping)
        except WrongChecksum as error:
            tell(f"trying once more: {error}")
            return fetch(package, part, stopping)
    except DownloadError as error:
        raise PackageError(str(error)) from error
