"""The contract of a machine's package cache: what installing needs of it, wherever it is (P2, P4).

The server finds a package in a feed, fetches its file, and keeps its manifest; the machine unpacks, compares
and copies. A machine elsewhere is sent the fetched file by `install`.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from octotui.store.cancellation import Cancellation
from octotui.store.packages.manifest import PackageManifest

InUse = Callable[[], Collection[tuple[str, str]]]
"""The packages, as (id, version), that open runs need."""


class PackageStore(Protocol):
    """The cached packages of one machine, and the copies of them that attempts get.

    All may raise OSError, and Cancelled once `stopping` was asked to.
    """

    def lock(self, package: str, version: str, stopping: Cancellation) -> AbstractAsyncContextManager[None]:
        """Hold a package, among all who use this cache, to install it."""
        ...

    async def change(
        self, package: str, version: str, manifest: PackageManifest, stopping: Cancellation
    ) -> str | None:
        """Return the first difference between a package and its manifest: `""` for none, None without it."""
        ...

    async def held(self) -> frozenset[tuple[str, str]]:
        """Return the packages that it has, as (id, version); remove what interrupted transfers have left."""
        ...

    def archive(self, package: str, name: str) -> Path:
        """Return the local path to fetch a package's file to; what is there is resumed."""
        ...

    async def install(
        self, package: str, version: str, archive: Path, stopping: Cancellation
    ) -> PackageManifest:
        """Unpack a fetched file in place of what is there; return the manifest of it.

        Who has fetched the file removes it, if it is still there: other machines may be sent it at the same
        time. Raises ArchiveError for one that is refused.
        """
        ...

    async def record_use(self, package: str, version: str) -> None:
        """Record that a package was used just now."""
        ...

    async def copy(
        self, package: str, version: str, manifest: PackageManifest, target: str, stopping: Cancellation
    ) -> None:
        """Copy a package by its manifest to a new folder `target` below the machine's directory.

        Raises PackageChanged where the copy is not what the manifest says; then there is none.
        """
        ...

    async def evict(self, limit: int, in_use: InUse) -> tuple[tuple[str, str], ...]:
        """Remove the packages used longest ago, until at most `limit` bytes are left; return them.

        None that is `in_use` is removed.
        """
        ...
