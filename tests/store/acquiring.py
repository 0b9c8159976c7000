import io
import tarfile
import zipfile
from pathlib import Path

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation
from octotui.store.packages.installer import acquire
from octotui.store.packages.package_cache import PackageCache


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
        self.cache = PackageCache(path, path.with_name(f"{path.name}.manifests"))
        self.warned: list[str] = []
        self.told: list[str] = []
        self.stopping = Cancellation()

    def acquire(self, source: Path, rate: int | None = None) -> Path:
        return self.from_feeds(Feed(directory=str(source.parent), rate=rate))

    def from_feeds(self, *feeds: Feed) -> Path:
        warning = acquire(feeds, "tools", "1.2.0", self.cache, self.told.append, self.stopping)
        self.warned += [warning] if warning else []
        return self.cache.content("tools", "1.2.0")

    @property
    def untouched(self) -> bool:
        return not self.path.exists() or not any(self.path.iterdir())
