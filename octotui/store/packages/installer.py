"""Installation of a package in a worker's cache: fetch, verify, extract; all of it or nothing (P2, P3)."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from octotui.model.space import Feed
from octotui.store.archives.entries import ArchiveError, shown
from octotui.store.cancellation import Cancellation, Cancelled, in_thread
from octotui.store.packages.downloads import DownloadError, WrongChecksum, fetch, remove_empty_folders
from octotui.store.packages.feeds import FeedError, PackageFile, catalogue, choose
from octotui.store.packages.manifest import Manifests, PackageChanged, PackageManifest
from octotui.store.packages.package_store import PackageStore
from octotui.store.packages.shared_downloads import SharedDownloads
from octotui.store.private_files import make_folder

NOTHING = PackageManifest({}, {}, {})

Tell = Callable[[str], None]
T = TypeVar("T")


class PackageError(Exception):
    """A package cannot be installed; the text is a sentence that says why."""


class PackageHost(NamedTuple):
    """A machine's package cache, the server's manifests of it, threads for feeds, and shared downloads."""

    store: PackageStore
    manifests: Manifests
    threads: Executor | None = None
    downloads: SharedDownloads | None = None

    async def in_thread(self, work: Callable[[], T], stopping: Cancellation) -> T:
        """Run what reads a feed in a thread."""
        return await in_thread(work, stopping, self.threads)


async def acquire(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    host: PackageHost,
    tell: Tell,
    stopping: Cancellation,
) -> str:
    """Install a package in a machine's cache unless it is there, unchanged; return a warning, or "".

    Concurrent calls for the same package wait for the first. Raises PackageError.
    """
    with _package_errors(package, version):
        async with host.store.lock(package, version, stopping):
            warning = await _acquire(feeds, package, version, host, tell, stopping)
            await host.store.record_use(package, version)
    return warning


async def _acquire(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    host: PackageHost,
    tell: Tell,
    stopping: Cancellation,
) -> str:
    """Install a package whose lock is held."""
    manifest, warning = host.manifests.read(package, version), ""
    change = await host.store.change(package, version, manifest or NOTHING, stopping)
    if manifest is not None and change == "":
        tell(f"{package} {version} is in the cache")
        return ""
    if manifest is not None and change:
        warning = f"{package} {version} was changed in the cache ({shown(change)}): it is fetched anew"
        tell(warning)
    elif change is not None:
        tell(f"{package} {version} was extracted by an earlier octotui, unverified: it is fetched anew")
    host.manifests.remove_all_but(await host.store.held())
    found = await host.in_thread(partial(locate, feeds, package, version), stopping)
    await _bring(found, host, tell, stopping)
    return warning


async def provide(
    feeds: Iterable[Feed],
    package: str,
    version: str,
    host: PackageHost,
    target: str,
    stopping: Cancellation,
) -> str:
    """Make an attempt's own copy of a package, as it was extracted; return a warning, or "".

    A package that was changed since, or that an earlier octotui acquired, is acquired again. Raises
    PackageError.
    """
    warning = ""
    with _package_errors(package, version):
        try:
            await _copy(host, package, version, target, stopping)
        except (PackageChanged, OSError):
            warning = await acquire(feeds, package, version, host, lambda line: None, stopping)
            await _copy(host, package, version, target, stopping)
    return warning


async def _copy(host: PackageHost, package: str, version: str, target: str, stopping: Cancellation) -> None:
    manifest = host.manifests.read(package, version)
    if manifest is None:
        raise PackageChanged("")
    await host.store.copy(package, version, manifest, target, stopping)


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


async def _bring(package: PackageFile, host: PackageHost, tell: Tell, stopping: Cancellation) -> None:
    """Fetch and install a package; an interrupted download is resumed the next time."""
    part = host.store.archive(package.id, package.name)
    fetching, downloads = partial(_fetched, package, part, host, tell, stopping), host.downloads
    try:
        async with (downloads or SharedDownloads()).fetched(part, fetching, stopping) as digest:
            manifest = await host.store.install(package.id, package.version, part, stopping)
        host.manifests.write(package.id, package.version, manifest)
        tell(f"{package.id} {package.version} is extracted, SHA-256 {digest}")
    except ArchiveError as error:
        raise PackageError(f"{package.name} {error}") from error
    finally:
        remove_empty_folders(part)


async def _fetched(
    package: PackageFile, part: Path, host: PackageHost, tell: Tell, stopping: Cancellation
) -> str:
    """Fetch a package's file into `part`, once more on a wrong checksum, and return its SHA-256."""
    size = "" if package.size is None else f", {package.size:,} bytes"
    tell(f"copying {package.name}{size}")
    make_folder(part.parent)  # not before: who was sent it last may just remove it
    fetching = partial(fetch, package, part, stopping)
    try:
        try:
            return await host.in_thread(fetching, stopping)
        except WrongChecksum as error:
            tell(f"trying once more: {error}")
            return await host.in_thread(fetching, stopping)
    except DownloadError as error:
        raise PackageError(str(error)) from error
