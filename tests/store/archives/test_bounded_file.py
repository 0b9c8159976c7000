"""P4: no more of an archive is read at once than makes sense."""

import io

import pytest

from octotui.store.archives.bounded_file import BoundedFile
from octotui.store.archives.entries import ArchiveError


def test_p4_what_is_read_is_bounded_in_one_piece_and_in_many() -> None:
    raw = io.BytesIO(b"0123456789")
    file = BoundedFile(raw, 4)
    assert (file.read(1), file.read(3), file.tell(), file.seekable()) == (b"0", b"123", 4, True)
    with pytest.raises(ArchiveError, match="a header that is too large"):
        file.read(1)
    file.allow(6)
    assert file.read() == b"456789"
    assert file.seek(0) == 0
    with pytest.raises(ArchiveError, match="a header that is too large"):
        file.read()
    file.close()
    assert raw.closed


def test_p4_what_is_asked_for_counts_though_there_is_less() -> None:
    file = BoundedFile(io.BytesIO(b""), 10)
    with pytest.raises(ArchiveError):
        file.read(11)
    for _ in range(10):
        file.read(1)
    with pytest.raises(ArchiveError):
        file.read(1)
