"""R6: a spool is read in bounded memory and time, whatever a job makes of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from octotui.workers.agent import spool as spool_module
from octotui.workers.agent.spool import BEHIND, CHUNK
from octotui.workers.local.supervisors import spool_reader
from octotui.workers.local.supervisors.spool_reader import LONG, SMALLEST, SpoolReader


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[int]:
    file = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    yield file
    os.close(file)


def rest_of(reader: SpoolReader) -> bytes:
    chunks: list[bytes] = []
    while reader.read(chunks.append):
        pass
    return b"".join(chunks)


def test_m3_what_is_new_is_handed_on(spool: int) -> None:
    reader = SpoolReader(spool)
    assert rest_of(reader) == b""
    os.write(spool, b"one")
    assert rest_of(reader) == b"one"
    os.write(spool, b"two" * CHUNK)
    assert rest_of(reader) == b"two" * CHUNK
    os.ftruncate(spool, 0)
    os.pwrite(spool, b"new", 0)
    assert rest_of(reader) == b"new"
    assert reader.warning == ""


def test_r6_a_hole_is_passed_over_once_it_is_absurd(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "HOLES", 1 << 20)
    reader = SpoolReader(spool)
    os.write(spool, b"first")
    os.pwrite(spool, b"middle", 1 << 40)
    os.pwrite(spool, b"last", 1 << 42)
    seen = rest_of(reader)
    assert seen.startswith(b"first\0")
    assert seen.rstrip(b"\0").endswith(b"last")
    assert b"middle" in seen
    assert len(seen) < 3 * BEHIND
    assert "bytes of its output were never written, and are left out" in reader.warning


def test_r6_many_holes_are_no_way_around_it(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "HOLES", 1 << 20)
    reader = SpoolReader(spool)
    for number in range(1, 100):
        os.pwrite(spool, b"x", number << 30)
    seen = rest_of(reader)
    assert seen.count(b"x") == 99
    assert len(seen) < 10 * BEHIND


def test_r6_who_prints_on_when_the_job_is_over_is_not_heard(spool: int) -> None:
    reader = SpoolReader(spool)
    os.write(spool, b"mine")
    reader.finish()
    os.write(spool, b"another's")
    assert rest_of(reader) == b"mine"
    again = SpoolReader(spool)
    again.finish()
    os.ftruncate(spool, 2)
    assert rest_of(again) == b"mi"
    os.ftruncate(spool, 0)
    os.write(spool, b"more and more")
    assert rest_of(again) != b"more and more"


def test_r6_who_takes_long_is_handed_less_at_a_time(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, now, sizes = SpoolReader(spool), [0.0], list[int]()
    monkeypatch.setattr(spool_reader, "time", SimpleNamespace(monotonic=lambda: now[0]))
    os.ftruncate(spool, 4 * CHUNK)

    def slow(chunk: bytes) -> None:
        sizes.append(len(chunk))
        now[0] += 2 * LONG

    while reader.read(slow):
        pass
    assert sizes[:3] == [CHUNK, CHUNK // 2, CHUNK // 4]
    assert min(sizes) == SMALLEST
    assert sum(sizes) == 4 * CHUNK


def test_r6_one_that_cannot_be_read_is_a_warning(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: int, size: int, at: int) -> bytes:
        raise OSError(5, "Input/output error")

    os.write(spool, b"one")
    reader = SpoolReader(spool)
    monkeypatch.setattr(spool_module.os, "pread", broken)
    assert rest_of(reader) == b""
    assert reader.warning == "the rest of its output cannot be read: Input/output error"


def test_r6_a_system_without_holes_reads_all(spool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(spool_module.os, "SEEK_DATA")
    os.ftruncate(spool, 2 * BEHIND)
    assert len(rest_of(SpoolReader(spool))) == 2 * BEHIND
