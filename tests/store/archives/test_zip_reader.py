"""P4: zip files that are made to break their reader."""

import random
import zipfile
from pathlib import Path

import pytest

from octotui.store.archives import zip_reader
from octotui.store.archives.entries import ArchiveError, Entry
from octotui.store.archives.zip_reader import ZipReader


def read(path: Path, *, nupkg: bool = False) -> list[tuple[str, bytes]]:
    """The files of a zip file and their content."""
    with path.open("rb") as raw:
        reader = ZipReader(raw, nupkg=nupkg, most=2000)
        entries: list[Entry] = list(reader.entries())
        return [(each.name, b"".join(reader.content(each))) for each in entries if each.kind == "file"]


def zipped(path: Path, *files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_p4_each_way_to_compress_is_read_and_its_damage_told(tmp_path: Path, method: int) -> None:
    """P4, R6: what damaged LZMA raises is no error that zip files are known for, and ended the session."""
    data = random.Random(7).randbytes(20_000)
    path = zipped(tmp_path / "z", ("a", data), method=method)
    assert read(path) == [("a", data)]
    for at in (35, 36, 40, 50, 60, 100, 1000):
        broken = bytearray(path.read_bytes())
        broken[at] ^= 0xFF
        path.write_bytes(broken)
        with pytest.raises(ArchiveError, match="is damaged"):
            read(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert read(zipped(tmp_path / "z", ("a", b"1"), ("a", b"2"))) == [("a", b"1"), ("a", b"2")]


def test_p4_a_name_is_not_cut_at_a_zero(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z", ("fine_evil", b"1"))
    path.write_bytes(path.read_bytes().replace(b"fine_evil", b"fine\0evil"))
    with pytest.raises(ArchiveError, match=r"holds fine\?evil, whose name has control characters"):
        read(path)


def test_p4_a_list_of_entries_without_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_reader, "DIRECTORY", 100_000)
    path = zipped(tmp_path / "z", *((f"{n:0200}", b"") for n in range(1000)))
    with pytest.raises(ArchiveError, match="is damaged: it holds a header that is too large"):
        read(path)


def test_p4_a_nupkg_hides_no_name(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z", ("%2e%2e%2fa", b"1"), ("%5frels/x", b""))
    assert read(path, nupkg=True) == [("../a", b"1")]


def test_p4_too_many_entries_are_counted_and_not_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P4: taking a list of 600,000 entries apart costs seconds, and counting them next to nothing."""
    path = zipped(tmp_path / "z", *((f"{n}", b"") for n in range(2001)))
    monkeypatch.setattr(zip_reader.zipfile, "ZipInfo", lambda *_: pytest.fail("it was taken apart"))
    with pytest.raises(ArchiveError, match=r"^holds 2,001 files, which is refused$"):
        read(path)
