import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.workers.agent import spool as module
from octotui.workers.agent.spool import CHUNK, Spool


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    opened = os.open(tmp_path / "spool", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    yield opened
    os.close(opened)


def whole(spool: Spool) -> bytes:
    return b"".join(iter(spool.read, b""))


def test_m3_output_is_read_by_offset_and_again_from_one(file: int) -> None:
    spool = Spool(file)
    os.write(file, b"one\ntwo\n")
    assert (spool.read(4), spool.sent, spool.unread()) == (b"one\n", 4, 4)
    assert (whole(spool), spool.sent) == (b"two\n", 8)
    spool.again(4)
    assert (whole(spool), spool.sent) == (b"two\n", 8)
    spool.again(0)
    assert whole(spool) == b"one\ntwo\n"
    later = Spool(file)
    later.again(4)
    assert (whole(later), later.sent) == (b"two\n", 8)


def test_a_chunk_is_bounded(file: int) -> None:
    os.write(file, bytes(CHUNK + 1))
    assert len(Spool(file).read()) == CHUNK


def test_m3_a_spool_that_is_cut_is_read_from_its_start(file: int) -> None:
    spool = Spool(file)
    os.write(file, b"something long")
    assert whole(spool) == b"something long"
    os.ftruncate(file, 0)
    os.write(file, b"new")
    assert (whole(spool), spool.sent) == (b"new", 17)


def test_what_is_printed_after_the_end_is_not_the_jobs(file: int) -> None:
    spool = Spool(file)
    os.write(file, b"in time")
    spool.finish()
    os.write(file, b" and late")
    spool.finish()
    assert (whole(spool), spool.unread()) == (b"in time", 0)


def test_r6_holes_are_left_out_and_a_warning_says_so(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HOLES", 1 << 24)
    spool = Spool(file)
    os.write(file, b"one")
    os.ftruncate(file, 10 << 40)
    spool.finish()
    assert len(whole(spool)) < 1 << 25
    assert "were never written, and are left out" in spool.warning


def test_r6_a_spool_that_cannot_be_read_says_so(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(file)
    os.write(file, b"one")

    def fails(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module.os, "pread", fails)
    assert (spool.read(), spool.unread()) == (b"", 0)
    assert spool.warning == "the rest of its output cannot be read: Input/output error"


def test_m3_whole_lines_are_read_and_a_long_one_in_parts(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(file)
    os.write(file, b"one\ntwo\nth")
    assert (spool.read_lines(9), spool.sent, spool.unread()) == (b"one\ntwo\n", 8, 2)
    assert (spool.read_lines(), spool.sent) == (b"", 8)
    os.write(file, b"ree")
    monkeypatch.setattr(module, "CHUNK", 4)
    assert spool.read_lines() == b"thre"
    assert (spool.read_lines(), spool.read(), spool.sent) == (b"", b"e", 13)
