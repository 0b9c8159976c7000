"""P4: tar files that are made to break their reader."""

import gzip
import io
import tarfile
from itertools import chain
from pathlib import Path

import pytest

from octotui.store.archives.entries import ArchiveError, Entry
from octotui.store.archives.tar_reader import TarReader
from tests.store.acquiring import member, tarred


def read(path: Path) -> dict[str, bytes]:
    """The files of a tar file and their content."""
    with path.open("rb") as raw:
        reader = TarReader(raw)
        entries: list[Entry] = list(reader.entries())
        return {each.name: b"".join(reader.content(each)) for each in entries if each.kind == "file"}


def written(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts) + bytes(1024))
    return path


def header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def pax(kind: bytes = tarfile.XHDTYPE, **values: str) -> bytes:
    body = b"".join(line(key.replace("_", "."), value) for key, value in values.items())
    return header("pax", len(body), kind) + body + bytes(-len(body) % 512)


def line(key: str, value: str) -> bytes:
    text = f" {key}={value}\n".encode()
    size = next(each for each in range(len(text), 9**9) if each == len(text) + len(str(each)))
    return str(size).encode() + text


def test_it_is_read_to_its_end_and_then_again(tmp_path: Path) -> None:
    path = tarred(
        tmp_path / "t", member("a", size=700_000), member("b", size=1), member("c", tarfile.DIRTYPE)
    )
    assert {name: len(content) for name, content in read(path).items()} == {"a": 700_000, "b": 1}
    plain = tmp_path / "plain"
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    assert read(plain) == read(path)


def test_what_has_holes_has_zeros_there(tmp_path: Path) -> None:
    """P4: as bsdtar writes them, where a file system has left some out."""
    numbers = b"2\n1000\n3\n5000\n0\n"
    body = numbers + bytes(512 - len(numbers)) + b"abc"
    about = pax(GNU_sparse_major="1", GNU_sparse_minor="0", GNU_sparse_name="a", GNU_sparse_realsize="5000")
    path = written(tmp_path / "t", about, header("b", len(body)), body, bytes(-len(body) % 512))
    assert read(path) == {"a": bytes(1000) + b"abc" + bytes(3997)}


@pytest.mark.parametrize(
    "numbers", ["2\n4000\n3\n1000\n3\n", "1\n-5\n3\n", "1\n4999\n3\n", "1\n10\n-3\n", "9\n1\n"]
)
def test_p4_holes_that_cannot_be_are_damage(tmp_path: Path, numbers: str) -> None:
    """P4: the library would look for the right block for ever."""
    body = numbers.encode().ljust(512, b"\0") + b"abc"
    about = pax(GNU_sparse_major="1", GNU_sparse_minor="0", GNU_sparse_name="a", GNU_sparse_realsize="5000")
    path = written(tmp_path / "t", about, header("b", len(body)), body, bytes(-len(body) % 512))
    with pytest.raises(ArchiveError, match="is damaged"):
        read(path)


@pytest.mark.parametrize(
    "parts",
    [
        [pax(size="-512"), header("a")],
        [pax(size="-99999999999999999999"), header("a")],
        [pax(path="a" * 2_000_000), header("a")],
        [pax()] * 3000,
        [*[pax(path="x" * 900_000)] * 3, header("a")],
        [*[pax(tarfile.XGLTYPE, **{f"k{n}_{i}": "" for i in range(500)}) + header(f"{n}") for n in range(9)]],
        [header("a", 600), b"x" * 512],
        [header("a"), b"rubbish" * 80],
    ],
    ids=range(8),
)
@pytest.mark.parametrize("compressed", [True, False])
def test_p4_what_is_made_to_break_the_reader_is_damage(
    tmp_path: Path, parts: list[bytes], compressed: bool
) -> None:
    """P4: sizes below zero lead back to the same header again and again, many headers fill the memory."""
    path = written(tmp_path / "t", *parts)
    if parts[-1][:1] == b"x":
        path.write_bytes(path.read_bytes()[:-1024])
    if compressed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(ArchiveError, match="is damaged"):
        read(path)


def test_p4_a_size_that_is_negative_in_the_header_itself_is_damage(tmp_path: Path) -> None:
    raw = bytearray(header("a"))
    raw[124:136] = b"\xff" * 10 + b"\xfe\x00"  # -512, as GNU writes it
    raw[148:156] = b" " * 8
    raw[148:156] = f"{sum(raw):06o}\0 ".encode()
    with pytest.raises(ArchiveError, match="is damaged: a has an impossible size"):
        read(written(tmp_path / "t", bytes(raw)))


def test_p4_what_follows_the_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.store.archives.tar_reader.TRAILING", 1_000_000)
    path = tmp_path / "t"
    whole = gzip.decompress(tarred(path, member("a", size=1)).read_bytes())
    path.write_bytes(gzip.compress(whole + bytes(900_000)))
    assert read(path) == {"a": b"x"}
    path.write_bytes(gzip.compress(whole + bytes(1_100_000)))
    with pytest.raises(ArchiveError, match="is damaged"):
        read(path)


def test_p4_headers_count_as_what_is_unpacked(tmp_path: Path) -> None:
    path = written(tmp_path / "t", pax(path="a" * 900), header("b"), header("c"))
    with path.open("rb") as raw:
        assert [each.headers for each in TarReader(raw).entries()] == [512 + 1024, 0]


def test_times_that_no_file_has_are_none(tmp_path: Path) -> None:
    times = ("nan", "inf", "9" * 5000, "-5", "7.5")
    path = written(tmp_path / "t", *chain.from_iterable((pax(mtime=each), header("a")) for each in times))
    with path.open("rb") as raw:
        assert [each.modified for each in TarReader(raw).entries()] == [0.0, 0.0, 0.0, 0.0, 7.5]


def test_an_empty_file_is_damage() -> None:
    with pytest.raises(ArchiveError, match="is damaged"):
        TarReader(io.BytesIO(b""))
