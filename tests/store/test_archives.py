import tarfile
import zipfile
from pathlib import Path

import pytest

from octotui.store import archives
from octotui.store.packages import PackageError
from tests.store.acquiring import Cache, member, tarred, zipped


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_what_may_be_executed_stays_so(cache: Cache, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tools.1.2.0.nupkg", "w") as archive:
        info = zipfile.ZipInfo("tool")
        info.external_attr = 0o100755 << 16
        archive.writestr(info, b"")
    assert (cache.acquire(tmp_path / "tools.1.2.0.nupkg") / "tool").stat().st_mode & 0o777 == 0o755
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("tool", size=3))
    tool = Cache(tmp_path / "other").acquire(source) / "tool"
    assert (tool.read_bytes(), tool.stat().st_mode & 0o700) == (b"xxx", 0o700)


@pytest.mark.parametrize("name", ["tools.1.2.0.zip", "tools.1.2.0.tar.gz", "tools.1.2.0.tgz"])
def test_a_damaged_archive_is_a_sentence(cache: Cache, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(PackageError, match=f"^{name} is damaged: "):
        cache.acquire(tmp_path / name)
    assert cache.untouched


@pytest.mark.parametrize("make", [zipped, tarred])
def test_half_an_archive_is_a_sentence(cache: Cache, tmp_path: Path, make: object) -> None:
    if make is zipped:
        source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", bytes(range(256)) * 400))
    else:
        source = tarred(tmp_path / "tools.1.2.0.tar.gz", *(member(f"tool{n}", size=99) for n in range(99)))
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    with pytest.raises(PackageError, match="is damaged"):
        cache.acquire(source)
    assert cache.untouched


@pytest.mark.parametrize("name", ["../evil", "/evil", "in/../../evil"])
def test_a_zip_cannot_leave_its_folder(cache: Cache, tmp_path: Path, name: str) -> None:
    with pytest.raises(PackageError, match="leads outside of it"):
        cache.acquire(zipped(tmp_path / "tools.1.2.0.zip", (name, b"1")))
    assert cache.untouched


@pytest.mark.parametrize("filters", [True, False])
@pytest.mark.parametrize(
    "bad",
    [
        member("../evil"),
        member("/evil"),
        member("link", tarfile.SYMTYPE, "../../evil"),
        member("link", tarfile.SYMTYPE, "/etc"),
        member("link", tarfile.LNKTYPE, "../../evil"),
        member("device", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda each: f"{each.name}-{each.linkname}",
)
def test_a_tar_cannot_leave_its_folder(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: tarfile.TarInfo, filters: bool
) -> None:
    if not filters:
        monkeypatch.delattr(archives.tarfile, "data_filter")
    with pytest.raises(PackageError, match=r"leads outside of it|is a device"):
        cache.acquire(tarred(tmp_path / "tools.1.2.0.tar.gz", member("fine", size=1), bad))
    assert cache.untouched


def test_links_inside_are_kept(cache: Cache, tmp_path: Path) -> None:
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("a", size=1), member("b", tarfile.SYMTYPE, "a"))
    assert (cache.acquire(source) / "b").read_bytes() == b"x"


def test_absurd_sizes_are_refused(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST", 1000)
    with pytest.raises(PackageError, match="would unpack to 1 files and 1,001 bytes"):
        cache.acquire(zipped(tmp_path / "tools.1.2.0.zip", ("tool", bytes(1001))))
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("one", size=600), member("two", size=600))
    with pytest.raises(PackageError, match="would unpack to 2 files and 1,200 bytes"):
        cache.acquire(source)
    assert cache.untouched
