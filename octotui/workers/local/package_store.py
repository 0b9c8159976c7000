"""The package cache of this machine: threads that unpack, compare and copy, and locks among all processes."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from octotui.store.cancellation import Cancellation, in_thread
from octotui.store.directory import Directory
from octotui.store.packages import package_cache
from octotui.store.packages.attempt_copy import copy_package
from octotui.store.packages.manifest import PackageChanged, PackageManifest, verify
from octotui.store.packages.package_cache import lock_package, package_path, part_of
from octotui.store.packages.package_store import InUse
from octotui.store.private_files import make_folder

PACKAGES = "packages"  # of a machine's directory: its cache

T = TypeVar("T")


def package_threads() -> ThreadPoolExecutor:
    """Return threads for caches: they mostly wait, and must not block others."""
    return ThreadPoolExecutor(64, "packages")


class LocalPackageStore:
    """The cache in a directory of this machine."""

    def __init__(self, directory: str, threads: ThreadPoolExecutor, name: str = PACKAGES) -> None:
        """Use the cache of this name in a machine's directory."""
        self._directory = Path(directory)
        self._cache = self._directory / name
        self._threads = threads

    @asynccontextmanager
    async def lock(self, package: str, version: str, stopping: Cancellation) -> AsyncIterator[None]:
        """Hold a package's lock among all threads and processes."""
        lock = lock_package(self._cache, package, version, stopping)
        await self._run(lock.__enter__, stopping)
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Compare a package with its manifest."""
        return await self._run(partial(_change, self._path(package, version), manifest, stopping), stopping)

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages in the cache, without stale downloads."""
        return await self._run(partial(package_cache.sweep, self._cache))

    def archive(self, package: str, name: str) -> Path:
        """Return where a package's file is fetched to."""
        return part_of(self._cache, package, name)

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Unpack a file in place of what is there."""
        return await self._run(
            partial(package_cache.install, self._cache, package, version, archive, stopping), stopping
        )

    async def record_use(self, package: str, version: str) -> None:
        """Record that a package was used just now."""
        await self._run(partial(package_cache.touch, self._path(package, version)))

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy a package for an attempt."""
        await self._run(partial(self._copy, package, version, manifest, target, stopping), stopping)

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove the packages used longest ago."""
        return await self._run(partial(package_cache.evict, self._cache, limit, in_use))

    def _copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        place = self._directory / target
        make_folder(place.parent)
        copy_package(self._path(package, version), manifest, place, stopping)

    def _path(self, package: str, version: str) -> Path:
        return package_path(self._cache, package, version)

    async def _run(self, work: Callable[[], T], stopping: Cancellation | None = None) -> T:
        return await in_thread(work, stopping or Cancellation(), self._threads)


def _change(target: Path, manifest: PackageManifest, stopping: Cancellation) -> str | None:
    """Return the first difference between a cached package and its manifest."""
    if not target.is_dir():
        return None
    try:
        with Directory(target) as folder:
            verify(folder, manifest, stopping)
    except (PackageChanged, OSError) as change:
        return str(change) or "all of it"
    return ""
