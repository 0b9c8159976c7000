import re
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from octotui.store.archives import unpack as archives
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages.installer import PackageError
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
    (tmp_path / "tools.1.2.0.nupkg").unlink()
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
def test_p4_a_zip_cannot_leave_its_folder(cache: Cache, tmp_path: Path, name: str) -> None:
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
def test_p4_a_tar_cannot_leave_its_folder(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: tarfile.TarInfo, filters: bool
) -> None:
    if not filters:  # as Python 3.11.0 to 3.11.3, which extract as they are told
        monkeypatch.setattr(tarfile.TarFile, "extraction_filter", staticmethod(tarfile.fully_trusted_filter))
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


def test_p3_what_nuget_says_of_a_package_is_not_unpacked(cache: Cache, tmp_path: Path) -> None:
    source = zipped(
        tmp_path / "tools.1.2.0.nupkg",
        ("[Content_Types].xml", b""),
        ("_rels/.rels", b""),
        ("package/services/metadata/core-properties/7.psmdcp", b""),
        ("package/kept.txt", b""),
        ("tools.nuspec", b""),
        ("content/my%20tool.txt", b"1"),
    )
    target = cache.acquire(source)
    files = sorted(str(each.relative_to(target)) for each in target.rglob("*") if each.is_file())
    assert files == ["content/my tool.txt", "package/kept.txt", "tools.nuspec"]


def test_p4_a_nupkg_cannot_hide_where_it_leads(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="leads outside of it"):
        cache.acquire(zipped(tmp_path / "tools.1.2.0.nupkg", ("%2e%2e/evil", b"1")))
    assert cache.untouched


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            special("link", stat.S_IFLNK | 0o777),
            "holds link, which is a link: make it a tar.gz to keep links",
        ),
        (special("pipe", stat.S_IFIFO | 0o666), "holds pipe, which is a device"),
        (special("..\\evil\x1b[2J", 0), r"holds ..\evil?[2J, which leads outside of it"),
    ],
)
def test_p3_a_zip_holds_plain_files(cache: Cache, tmp_path: Path, entry: zipfile.ZipInfo, said: str) -> None:
    with zipfile.ZipFile(tmp_path / "tools.1.2.0.zip", "w") as archive:
        archive.writestr("fine", b"")
        archive.writestr(entry, b"/etc/passwd")
    with pytest.raises(PackageError, match=f"^{re.escape(f'tools.1.2.0.zip {said}')}$"):
        cache.acquire(tmp_path / "tools.1.2.0.zip")
    assert cache.untouched


def test_p3_an_encrypted_zip_is_a_sentence(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    data = bytearray(source.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(data)
    with pytest.raises(PackageError, match=r"zip is encrypted: make it without a password$"):
        cache.acquire(source)
    assert cache.untouched


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_p3_setuid_is_not_taken_over(cache: Cache, tmp_path: Path, kind: str) -> None:
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "tools.1.2.0.zip", "w") as archive:
            archive.writestr(special("tool", stat.S_IFREG | 0o6755), b"")
    else:
        bad = member("tool", size=1)
        bad.mode = 0o6755
        tarred(tmp_path / "tools.1.2.0.tar.gz", bad)
    assert stat.S_IMODE((cache.acquire(tmp_path / "x") / "tool").stat().st_mode) == 0o755


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize(("one", "other"), [("tool", "Tool"), ("lib/a", "LIB/b")])
def test_p3_names_that_differ_in_case_alone_are_refused(
    cache: Cache, tmp_path: Path, make: object, one: str, other: str
) -> None:
    if make is zipped:
        source = zipped(tmp_path / "tools.1.2.0.zip", (one, b"1"), (other, b"2"))
    else:
        source = tarred(tmp_path / "tools.1.2.0.tar.gz", member(one), member(other))
    with pytest.raises(PackageError, match="which are one file on some machines"):
        cache.acquire(source)
    assert cache.untouched


def test_p3_a_bomb_is_refused_before_it_goes_off(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "SMALL", 10_000)
    source = zipped(tmp_path / "tools.1.2.0.zip", ("zeros", bytes(1_000_000)))
    with pytest.raises(PackageError, match="would unpack to 1 files and 1,000,000 bytes or more"):
        cache.acquire(source)
    source.unlink()
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("zeros", size=1_000_000))
    with pytest.raises(PackageError, match="would unpack to 1 files and 1,000,000 bytes or more"):
        cache.acquire(source)
    monkeypatch.setattr(archives, "MOST", 99)
    source = tarred(source, *(member(f"file{n}") for n in range(100)))
    with pytest.raises(PackageError, match="would unpack to 100 files"):
        cache.acquire(source)
    assert cache.untouched


def test_p3_a_zip_that_lies_about_sizes_gets_no_further(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("zeros", bytes(1_000_000)))
    data = source.read_bytes()
    source.write_bytes(data.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(PackageError, match="is damaged"):
        cache.acquire(source)
    assert cache.untouched


def test_p3_a_name_without_end_fills_no_memory(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "HEADER", 100_000)
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("long/" * 50_000))
    with pytest.raises(PackageError, match="holds a header of absurd size"):
        cache.acquire(source)
    assert cache.untouched


def test_p4_a_file_behind_a_link_is_refused(cache: Cache, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    inside = member("dir", tarfile.DIRTYPE)
    for bad in (member("link/evil", size=1), member("link/evil", tarfile.SYMTYPE, "dir")):
        source = tarred(tmp_path / "tools.1.2.0.tar.gz", inside, member("link", tarfile.SYMTYPE, "dir"), bad)
        with pytest.raises(PackageError, match="holds link/evil, which lies behind a link"):
            cache.acquire(source)
        assert cache.untouched
        assert list(outside.iterdir()) == []


def test_q6_unpacking_is_stopped_between_files(tmp_path: Path) -> None:
    source = zipped(tmp_path / "many.zip", *((f"file{n}", b"") for n in range(10)))
    stopping = Cancellation()
    stopping.stop()
    with pytest.raises(Cancelled):
        archives.unpack(source, tmp_path / "content", stopping)
    assert list((tmp_path / "content").iterdir()) == []


def test_who_knows_that_it_is_a_zip_says_so(tmp_path: Path) -> None:
    source = zipped(tmp_path / "run.export", ("file", b"content"))
    archives.unpack(source, tmp_path / "content", Cancellation(), zipped=True)
    assert (tmp_path / "content" / "file").read_bytes() == b"content"
