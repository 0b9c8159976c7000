"""Tar files, gzip-compressed or not: `tarfile` parses headers, and extracts nothing."""

import gzip
import tarfile
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any, cast

from octotui.store.archives.bounded_file import BoundedFile
from octotui.store.archives.entries import CHUNK, HEADER, ArchiveError, Entry, Kind, parsing, shown

GLOBALS = 1000  # most global headers
GLOBAL_BYTES = 2**20  # of all global headers
KINDS: dict[bytes, Kind] = {
    **dict.fromkeys(tarfile.REGULAR_TYPES, "file"),
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.LNKTYPE: "hard link",
}
LATEST = 2**33  # seconds since 1970
TRAILING = 64 * 2**20  # most bytes of trailing zeros


class TarReader:
    """A tar file; read once to its end for the entries, and again for their content."""

    def __init__(self, raw: IO[bytes]) -> None:
        """Parse the first header; raises ArchiveError."""
        self._compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        self._file = BoundedFile(gzip.GzipFile(fileobj=raw) if self._compressed else raw, HEADER)
        with parsing():
            self._tar: Any = tarfile.open(  # noqa: SIM115 - closed with the raw file
                fileobj=cast("IO[bytes]", self._file), mode="r:", encoding="utf-8"
            )

    def entries(self) -> Iterator[Entry]:
        """Yield its entries, to its end; raises ArchiveError."""
        with parsing():
            end = 0
            while (member := self._tar.next()) is not None:
                yield _entry(member, member.offset_data - end)
                end = self._tar.offset
                self._tar.members.clear()
                self._file.allow(HEADER)
                headers = self._tar.pax_headers
                if len(headers) > GLOBALS or sum(map(len, headers.values())) > GLOBAL_BYTES:
                    raise ArchiveError("is damaged: it holds too many headers")
            self._read_to_the_end()

    def content(self, entry: Entry) -> Iterator[bytes]:
        """Yield a file's content in chunks, zeros in its holes; raises ArchiveError."""
        end = 0
        for offset, at, size in (*entry.blocks, (entry.size, 0, 0)):
            yield from _zeros(offset - end)
            end = offset + size
            with parsing():
                if size:
                    self._file.seek(at)
                yield from self._chunks(entry, size)

    def _chunks(self, entry: Entry, size: int) -> Iterator[bytes]:
        while size:
            self._file.allow(CHUNK)
            chunk = self._file.read(min(size, CHUNK))
            if not chunk:
                raise ArchiveError(f"is damaged: {shown(entry.name)} is cut")
            size -= len(chunk)
            yield chunk

    def _read_to_the_end(self) -> None:
        """Verify that the file is complete: it ends with zeros, and gzip with a checksum."""
        self._file.seek(self._tar.offset)
        self._file.allow(TRAILING)
        if self._file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise ArchiveError("is damaged: there is no entry where one should begin")
        while self._compressed and self._file.read(HEADER // 16):
            pass


def _entry(member: tarfile.TarInfo, headers: int) -> Entry:
    """Convert a member; `headers` are all bytes before its content."""
    kind = KINDS.get(member.type)
    if kind is None:
        what = "a device" if member.isdev() else "neither a file nor a folder nor a link"
        raise ArchiveError(f"holds {shown(member.name)}, which is {what}")
    if member.size < 0:
        raise ArchiveError(f"is damaged: {shown(member.name)} has an impossible size")
    return Entry(
        name=member.name,
        kind=kind,
        size=member.size,
        headers=max(headers - tarfile.BLOCKSIZE, 0),
        mode=member.mode & 0o7777,
        link=member.linkname if kind in ("symbolic link", "hard link") else "",
        modified=float(member.mtime) if 0 <= member.mtime <= LATEST else 0.0,
        blocks=_blocks(member) if kind == "file" else (),
    )


def _blocks(member: tarfile.TarInfo) -> tuple[tuple[int, int, int], ...]:
    """Return the blocks of a file, which may be sparse; raises ArchiveError."""
    sparse: list[tuple[int, int]] | None = getattr(member, "sparse", None)
    if sparse is None:
        return ((0, member.offset_data, member.size),)
    blocks, at = [], member.offset_data
    for offset, size in sparse:
        blocks.append((offset, at, size))
        at += size
    ends = [(0, 0, 0), *blocks, (member.size, 0, 0)]
    if any(size < 0 or after[0] < offset + size for (offset, _, size), after in pairwise(ends)):
        raise ArchiveError(f"is damaged: {shown(member.name)} has impossible holes")
    return tuple(blocks)


def _zeros(size: int) -> Iterator[bytes]:
    while size > 0:
        yield bytes(min(size, CHUNK))
        size -= CHUNK
