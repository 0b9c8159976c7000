"""Installation of a package in a worker's cache: fetch, verify, extract; all of it or nothing (P2, P3)."""

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
    """A package cannot be installed; the text is a sentence that says why."""


def acquire(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    cache: PackageCache,
    tell: Tell,
    stopping: Cancellation,
) -> str:
    """Install a package in a worker's cache unless it is there, unchanged; return a warning, or "".

    Concurrent calls for the same package wait for the first. Raises PackageError.
    """
    with _package_errors(package, version), lock_package(cache.folder, package, version, stopping):
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
    """Make an attempt's own copy of a package, as it was extracted; return a warning, or "".

    A package that was changed since, or that an earlier octotui acquired, is acquired again. Raises
    PackageError.
    """
    warning = ""
    with _package_errors(package, version):
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
    """Return the first difference between a cached package and its manifest; empty where there is none."""
    try:
        with Directory(target) as folder:
            verify(folder, manifest, stopping)
    except (PackageChanged, OSError) as change:
        return shown(str(change) or "all of it")
    return ""


@contextmanager
def _package_errors(package: str, version: str) -> Iterator[None]:
    """Turn errors in a package into PackageErrors, one sentence each."""
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
    """Return a version of a package in the first feed that has it; raises FeedError.

    Where no readable feed has it, the error of an unreadable one is raised.
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
    """Fetch, extract and install a package; an interrupted download is resumed the next time."""
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
    """Move a package to its place, replacing a changed one, and write its manifest."""
    with Directory(content) as folder:
        manifest = survey(folder, stopping)
    target = cache.content(package.id, package.version)
    remove(target)
    make_folder(target.parent)
    content.rename(target)
    write_manifest(cache.manifest(package.id, package.version), manifest)


def _fetched(package: PackageFile, part: Path, tell: Tell, stopping: Cancellation) -> str:
    """Fetch a package's file into `part`, once more on a wrong checksum, and return its SHA-256."""
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
