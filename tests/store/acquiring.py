import asyncio
import io
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation
from octotui.store.packages.installer import PackageHost, acquire
from octotui.store.packages.manifest import Manifests
from octotui.store.packages.package_cache import package_path
from octotui.workers.local.package_store import LocalPackageStore


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def tarred(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size, made.mode = kind, link, size, 0o755
    return made


class Cache:
    """A worker's cache, and what acquiring into it told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifests = Manifests(path.with_name(f"{path.name}.manifests"))
        store = LocalPackageStore(str(path.parent), ThreadPoolExecutor(2), path.name)
        self.host = PackageHost(store, self.manifests)
        self.warned: list[str] = []
        self.told: list[str] = []
        self.stopping = Cancellation()

    def acquire(self, source: Path, rate: int | None = None) -> Path:
        return self.from_feeds(Feed(directory=str(source.parent), rate=rate))

    def from_feeds(self, *feeds: Feed) -> Path:
        warning = asyncio.run(acquire(feeds, "tools", "1.2.0", self.host, self.told.append, self.stopping))
        self.warned += [warning] if warning else []
        return package_path(self.path, "tools", "1.2.0")

    @property
    def untouched(self) -> bool:
        return not self.path.exists() or not any(self.path.iterdir())
