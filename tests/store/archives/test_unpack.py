import os
import re
import stat
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from octotui.store.archives import tar_reader, unpack
from octotui.store.archives.entries import ArchiveError, Limits
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.directory import Directory
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
def test_p4_a_tar_cannot_leave_its_folder(cache: Cache, tmp_path: Path, bad: tarfile.TarInfo) -> None:
    with pytest.raises(PackageError, match=r"leads outside of it|is a device"):
        cache.acquire(tarred(tmp_path / "tools.1.2.0.tar.gz", member("fine", size=1), bad))
    assert cache.untouched


def test_links_inside_are_kept(cache: Cache, tmp_path: Path) -> None:
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("a", size=1), member("b", tarfile.SYMTYPE, "a"))
    assert (cache.acquire(source) / "b").read_bytes() == b"x"


def test_absurd_sizes_are_refused(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "PACKAGE", Limits(size=1000))
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
@pytest.mark.parametrize(
    ("one", "other"), [("tool", "Tool"), ("lib/a", "LIB/b"), ("a.", "a"), ("stra\u00dfe", "STRASSE")]
)
def test_p4_names_that_differ_in_case_alone_are_refused_where_they_are_one_file(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: object, one: str, other: str
) -> None:
    if make is zipped:
        source = zipped(tmp_path / "tools.1.2.0.zip", (one, b"1"), (other, b"2"))
    else:
        source = tarred(tmp_path / "tools.1.2.0.tar.gz", member(one), member(other))
    with monkeypatch.context() as patched:
        patched.setattr(Directory, "folds_case", True)
        with pytest.raises(PackageError, match="which are the same file on this machine"):
            cache.acquire(source)
    assert cache.untouched
    target = cache.acquire(source)
    assert (target / one).is_file()
    assert (target / other).is_file()


def test_p3_a_bomb_is_refused_before_it_goes_off(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "PACKAGE", Limits(small=10_000))
    source = zipped(tmp_path / "tools.1.2.0.zip", ("zeros", bytes(1_000_000)))
    with pytest.raises(PackageError, match="would unpack to 1 files and 1,000,000 bytes or more"):
        cache.acquire(source)
    source.unlink()
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("zeros", size=1_000_000))
    with pytest.raises(PackageError, match="would unpack to 1 files and 1,000,000 bytes or more"):
        cache.acquire(source)
    monkeypatch.setattr(unpack, "PACKAGE", Limits(entries=99))
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
    monkeypatch.setattr(tar_reader, "HEADER", 100_000)
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("long/" * 50_000))
    with pytest.raises(PackageError, match="holds a header that is too large"):
        cache.acquire(source)
    assert cache.untouched


def test_p4_a_file_behind_a_link_is_refused(cache: Cache, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    inside = member("dir", tarfile.DIRTYPE)
    link = member("link", tarfile.SYMTYPE, "dir")
    for bad in (member("link/evil", size=1), member("link/evil", tarfile.SYMTYPE, "dir")):
        for entries in ((inside, link, bad), (bad, inside, link)):
            source = tarred(tmp_path / "tools.1.2.0.tar.gz", *entries)
            with pytest.raises(PackageError, match=r"link/evil, which lies behind a link|holds link twice"):
                cache.acquire(source)
            assert cache.untouched
            assert list(outside.iterdir()) == []


def test_q6_unpacking_is_stopped_between_files(tmp_path: Path) -> None:
    source = zipped(tmp_path / "many.zip", *((f"file{n}", b"") for n in range(10)))
    stopping = Cancellation()
    stopping.stop()
    with pytest.raises(Cancelled):
        unpack.unpack(source, tmp_path / "content", stopping)
    assert not (tmp_path / "content").exists()


def test_who_knows_that_it_is_a_zip_says_so(tmp_path: Path) -> None:
    source = zipped(tmp_path / "run.export", ("file", b"content"))
    unpack.unpack(source, tmp_path / "content", Cancellation(), form="zip")
    assert (tmp_path / "content" / "file").read_bytes() == b"content"


def held(folder: Path) -> dict[str, str]:
    """All below a folder: modes of folders, modes and contents of files, where links lead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        what = path.readlink() if path.is_symlink() else "" if path.is_dir() else path.read_text("latin-1")
        found[path.relative_to(folder).as_posix()] = f"{status.st_mode:o} {what}"
    return found


LINK, HARD, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
LEADS_AWAY = {
    "a hard link to a link that comes later": [
        member("inner/link", LINK, "../target"),
        member("hard", HARD, "inner/link"),
        member("hard", size=3),
    ],
    "a hard link to a link, before it": [member("hard", HARD, "link"), member("link", LINK, "fine")],
    "a hard link to a hard link": [member("one", HARD, "fine"), member("two", HARD, "one")],
    "a hard link to itself": [member("one", HARD, "one")],
    "a hard link to a folder": [member("dir", FOLDER), member("one", HARD, "dir")],
    "a hard link to nothing": [member("one", HARD, "nothing")],
    "a hard link behind a link": [
        member("dir/file", size=1),
        member("link", LINK, "dir"),
        member("one", HARD, "link/file"),
    ],
    "an absolute hard link": [member("one", HARD, "/etc/passwd")],
    "links through links": [
        member("dir", FOLDER),
        member("up", LINK, "dir/.."),
        member("away", LINK, "up/../outside"),
    ],
    "links through links, the other way round": [
        member("away", LINK, "up/../outside"),
        member("up", LINK, "dir/.."),
        member("dir/file", size=1),
    ],
    "a long way": [
        *(member(f"{'d' * 60}{n}", LINK, ".") for n in range(10)),
        member("away", LINK, "/".join(f"{'d' * 60}{n}" for n in range(10)) + "/../outside"),
    ],
    "a link that comes back from outside": [member("dir/link", LINK, "../../content/fine")],
    "a link that goes by a folder that is not there": [member("link", LINK, "none/../../outside")],
    "round in circles": [member("one", LINK, "two"), member("two", LINK, "one")],
    "itself": [member("one", LINK, "one/x")],
    "more links than systems follow": [*(member(f"{n}", LINK, f"{n + 1}") for n in range(60))],
    "a link in other case": [member("d", LINK, "."), member("away", LINK, "D/../outside")],
    "a link that only another case hides": [member("Dir", LINK, "."), member("dir/file", size=1)],
    "a link that a joiner hides": [member("d\u200dir", LINK, "."), member("dir/file", size=1)],
    "a link that a dot hides": [member("dir.", LINK, "."), member("dir/file", size=1)],
    "a link that its form hides": [member("\u00e9", LINK, "."), member("e\u0301/file", size=1)],
    "two spellings of a file": [member("\u00e9", size=1), member("e\u0301", size=1)],
    "two spellings of a folder": [member("\u00e9/a", size=1), member("e\u0301/b", size=1)],
    "a link in another spelling": [member("\u00e9", LINK, "."), member("away", LINK, "e\u0301/../outside")],
    "a link in another spelling and in other case": [
        member("\u00e9", LINK, "."),
        member("Dir", LINK, "deep/er"),
        member("away", LINK, "dir/../e\u0301/../outside"),
    ],
    "a link that the Kelvin sign hides": [member("\u212a", LINK, "."), member("k/file", size=1)],
    "a link without a target": [member("link", LINK, "")],
    "a link with control characters": [member("link", LINK, "fine\x1b[2J")],
    "a link of Windows": [member("link", LINK, "..\\..\\outside")],
    "a link to a drive": [member("link", LINK, "C:/outside")],
    "a link in the place of the folder itself": [member(".", LINK, "outside")],
    "a link in the place of the folder itself, said otherwise": [member("./", LINK, "outside")],
    "a link and a file": [member("x", LINK, "fine"), member("x", size=1)],
    "a file and a link": [member("x", size=1), member("x", LINK, "fine")],
    "a link and a folder": [member("x", LINK, "dir"), member("x", FOLDER)],
    "a folder and a link": [member("x", FOLDER), member("x", LINK, "dir")],
    "two links": [member("x", LINK, "fine"), member("x", LINK, "dir")],
    "a hard link and a file": [member("x", HARD, "fine"), member("x", size=1)],
    "a file and a folder": [member("x", size=1), member("x", FOLDER)],
    "a file and a file in it": [member("x", size=1), member("x/y", size=1)],
    "a file in a file": [member("x/y", size=1), member("x", size=1)],
    "another way to write a name": [member("x", LINK, "dir"), member("./x//y", size=1)],
    "two dots": [member("dir/../../x", size=1)],
    "two dots that stay inside": [member("dir/../x", size=1)],
    "Windows' folders": [member("..\\..\\x", size=1)],
    "Windows' drive": [member("C:\\x", size=1)],
    "Windows' share": [member("\\\\server\\share\\x", size=1)],
    "three dots": [member("...", FOLDER)],
    "dots and a space": [member(".. /x", size=1)],
    "no name": [member("", size=1)],
    "an escape sequence": [member("a\x1b]0;x\x07", size=1)],
    "a C1 control": [member("a\x9b31m", size=1)],
    "a byte that is no text": [member("a\udc9b31m", size=1)],
    "a line end": [member("a\nb", size=1)],
    "text turned around": [member("a\u202egpj.sh", size=1)],
    "text isolated": [member("a\u2066b", size=1)],
    "nothing to be seen": [member("a\u200b", size=1)],
    "a line separator": [member("a\u2028b", size=1)],
    "a name too long": [member("x" * 256, size=1)],
    "a path too long": [member("x/" * 20 + "y" * 100 + ("/" + "z" * 200) * 5, size=1)],
    "too deep": [member("x/" * 101 + "y", size=1)],
    "a block device": [member("x", tarfile.BLKTYPE)],
    "a volume's name": [member("x", b"V")],
    "what nobody knows": [member("x", b"Z", size=1)],
}


@pytest.mark.parametrize("entries", LEADS_AWAY.values(), ids=LEADS_AWAY)
def test_p4_what_might_lead_outside_is_refused_before_anything_is_written(
    cache: Cache, tmp_path: Path, entries: list[tarfile.TarInfo], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4: nothing stays of it, and nothing outside is there that was not, or is not as it was."""
    outside = tmp_path / "outside"
    outside.mkdir(0o751)
    (outside / "file").write_text("as it was")
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("fine", size=1), *entries)
    before = held(tmp_path)
    written: list[str] = []
    monkeypatch.setattr(unpack, "Directory", lambda path: written.append(str(path)))
    with pytest.raises(PackageError, match=r"^tools\.1\.2\.0\.tar\.gz (holds|would)"):
        cache.acquire(source)
    assert written == []
    after = held(tmp_path)
    assert {path: after.get(path) for path in before} == before
    assert cache.untouched


STAYS = {
    "links to files": [member("dir/file", size=1), member("link", LINK, "dir/file")],
    "links to folders": [member("dir/file", size=1), member("link", LINK, "dir")],
    "links to nothing yet": [member("link", LINK, "dir/nothing")],
    "links up": [member("dir/sub/link", LINK, "../../fine")],
    "links through links": [
        member("v2/lib/file", size=1),
        member("current", LINK, "v2"),
        member("lib", LINK, "current/lib"),
        member("file", LINK, "./lib/../lib/file"),
    ],
    "a link to all of it": [member("self", LINK, ".")],
    "hard links": [member("one", HARD, "./fine"), member("dir/two", HARD, "fine")],
    "a hard link before its file": [member("one", HARD, "two"), member("two", size=1)],
    "the folder itself": [member("./", FOLDER), member(".", FOLDER)],
    "folders twice": [member("dir", FOLDER), member("dir/x", size=1), member("dir/", FOLDER)],
    "names in other scripts": [member("\u4f60\u597d/\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", size=1)],
    "names with spaces and dots": [member("My Inc./a b..c", size=1), member("..a", size=1)],
    "backslashes": [member("dev-disk-by\\x2dlabel.device", size=1)],
}


@pytest.mark.parametrize("entries", STAYS.values(), ids=STAYS)
def test_p4_what_stays_inside_is_unpacked(
    cache: Cache, tmp_path: Path, entries: list[tarfile.TarInfo]
) -> None:
    source = tarred(tmp_path / "tools.1.2.0.tar.gz", member("fine", size=1), *entries)
    target = cache.acquire(source)
    for each in entries:
        path = target / each.name
        assert path.is_symlink() == each.issym()
        assert not each.issym() or os.fspath(path.readlink()) == each.linkname.removeprefix("./")
        assert not each.islnk() or path.read_text() == "x"
        assert each.islnk() or each.isdir() or each.issym() or path.read_bytes() == b"x" * each.size
        assert path.resolve().is_relative_to(target.resolve())


def test_p4_names_are_spelled_as_they_were(cache: Cache, tmp_path: Path) -> None:
    """P4: what refers to them, such as a link or an event of a backup, finds them."""
    entries = (member("e\u0301", size=1), member("link", LINK, "e\u0301"), member("other", LINK, "\u00e9"))
    target = cache.acquire(tarred(tmp_path / "tools.1.2.0.tar.gz", *entries))
    assert sorted(each.name for each in target.iterdir()) == ["e\u0301", "link", "other"]
    assert (target / "link").read_text() == "x"


def test_p4_of_a_file_that_is_there_twice_the_last_one_counts(cache: Cache, tmp_path: Path) -> None:
    source = tarred(
        tmp_path / "tools.1.2.0.tar.gz", member("./a", size=9), member("b", size=1), member("a", size=2)
    )
    assert (cache.acquire(source) / "a").read_text() == "xx"


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_p4_modes_are_what_the_archive_may_say_whatever_the_umask(
    cache: Cache, tmp_path: Path, kind: str, umask: int
) -> None:
    """P4: nobody else writes, nothing runs as its owner, and its folder does not get the mode of an entry."""
    modes = {"a": 0o7777, "b": 0o666, "c": 0o000, "d": 0o500, "e": 0o641, "dir": 0o777, ".": 0o000}
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "tools.1.2.0.zip", "w") as archive:
            for name, mode in modes.items():
                folder = name in ("dir", ".")
                kind_of = stat.S_IFDIR if folder else stat.S_IFREG
                archive.writestr(special(f"{name}/" if folder else name, kind_of | mode), b"")
    else:
        entries = [member(name, FOLDER if name in ("dir", ".") else tarfile.REGTYPE) for name in modes]
        for each in entries:
            each.mode = modes[each.name]
        tarred(tmp_path / "tools.1.2.0.tar.gz", *entries)
    before = os.umask(umask)
    try:
        target = cache.acquire(tmp_path / "x")
    finally:
        os.umask(before)
    found = {name: stat.S_IMODE((target / name).stat().st_mode) for name in modes}
    assert found == {"a": 0o755, "b": 0o644, "c": 0o600, "d": 0o700, "e": 0o640, "dir": 0o755, ".": 0o755}


def test_p4_what_is_damaged_further_on_leaves_nothing(tmp_path: Path) -> None:
    """P4: a checksum that is wrong is only seen while the file is written."""
    source = zipped(tmp_path / "some.zip", ("one", b"1"), ("two", b"2" * 1000))
    data = bytearray(source.read_bytes())
    data[data.index(b"two") + 5] ^= 1
    source.write_bytes(data)
    with pytest.raises(ArchiveError, match="is damaged"):
        unpack.unpack(source, tmp_path / "content", Cancellation())
    assert [each.name for each in tmp_path.iterdir()] == ["some.zip"]


def test_p4_what_the_disk_has_no_room_for_is_not_begun(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack.shutil, "disk_usage", lambda path: SimpleNamespace(free=unpack.RESERVE + 9))
    with pytest.raises(PackageError, match=r"would unpack to 10 bytes, and the disk of .* has .* left"):
        cache.acquire(zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"0123456789")))
    assert cache.untouched


def test_p4_a_link_that_is_planted_meanwhile_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4: though somebody puts it where a folder was just made."""
    outside = tmp_path / "outside"
    outside.mkdir()
    make = Directory.make

    def planted(self: Directory, path: str, mode: int) -> None:
        make(self, path, mode)
        (tmp_path / "content" / path).rmdir()
        (tmp_path / "content" / path).symlink_to(outside)

    monkeypatch.setattr(Directory, "make", planted)
    source = tarred(tmp_path / "some.tar.gz", member("dir/file", size=1))
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        unpack.unpack(source, tmp_path / "content", Cancellation())
    assert list(outside.iterdir()) == []
    assert not (tmp_path / "content").exists()
