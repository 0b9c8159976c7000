import asyncio
import hashlib
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from octotui.model.space import Feed
from octotui.store.packages import downloads
from octotui.store.packages.installer import PackageError, provide
from tests.store.acquiring import Cache, zipped


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_a_zip_is_copied_checked_and_extracted(cache: Cache, tmp_path: Path) -> None:
    """P2: copies what the cache lacks, checks its SHA-256, and extracts."""
    source = zipped(tmp_path / "tools.1.2.0.zip", ("bin/tool", b"#!/bin/sh\n"), ("empty/", b""))
    target = cache.acquire(source)
    assert target == cache.path / "tools" / "1.2.0"
    assert (target / "bin" / "tool").read_bytes() == b"#!/bin/sh\n"
    assert hashlib.sha256(source.read_bytes()).hexdigest() in cache.told[-1]
    assert [each.name for each in cache.path.iterdir()] == ["tools"]


def test_what_is_cached_is_not_read_again(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    target = cache.acquire(source)
    source.unlink()
    assert cache.acquire(source) == target
    assert cache.told[-1] == "tools 1.2.0 is in the cache"


def test_p4_what_was_changed_in_the_cache_is_fetched_anew_and_said(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("bin/tool", b"good"), ("empty/", b""))
    target = cache.acquire(source)
    for change in (
        partial((target / "bin" / "tool").write_bytes, b"evil"),
        (target / "bin" / "more").touch,
        partial(shutil.rmtree, target / "empty"),
        lambda: (shutil.rmtree(target), target.symlink_to(tmp_path)),
    ):
        cache.told.clear()
        change()
        assert cache.acquire(source) == target
        assert (target / "bin" / "tool").read_bytes() == b"good"
        assert sorted(each.name for each in target.iterdir()) == ["bin", "empty"]
        assert cache.told[0].startswith("tools 1.2.0 was changed in the cache (")
        assert cache.told[0].endswith("): it is fetched anew")
        assert cache.warned.pop() == cache.told[0]
    assert sorted(each.name for each in (cache.path / "tools").iterdir()) == [".1.2.0.size", "1.2.0"]
    assert source.exists()


def test_p4_what_was_changed_and_cannot_be_fetched_is_not_used(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"good"))
    (cache.acquire(source) / "tool").write_bytes(b"evil")
    source.unlink()
    with pytest.raises(PackageError, match="no feed holds the package tools"):
        cache.acquire(source)


def test_p4_what_an_earlier_version_has_extracted_is_extracted_anew(cache: Cache, tmp_path: Path) -> None:
    """P4: nobody has written down what it must be; that is said, and is no warning."""
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"good"))
    old = cache.path / "tools" / "1.2.0"
    old.mkdir(parents=True)
    (old / "tool").write_bytes(b"perhaps")
    assert (cache.acquire(source) / "tool").read_bytes() == b"good"
    assert cache.told[0] == "tools 1.2.0 was extracted by an earlier octotui, unverified: it is fetched anew"
    assert cache.warned == []
    cache.acquire(source)
    assert cache.told[-1] == "tools 1.2.0 is in the cache"


def test_p4_an_attempt_gets_what_was_extracted_whatever_became_of_it(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"good"))
    feeds = (Feed(directory=str(tmp_path)),)

    def copied(name: str) -> str:
        target = tmp_path / "attempts" / name / "tools"
        inside = str(target.relative_to(tmp_path))
        warning = asyncio.run(provide(feeds, "tools", "1.2.0", cache.host, inside, cache.stopping))
        assert (target / "tool").read_bytes() == b"good"
        (target / "tool").write_bytes(b"evil")
        return warning

    assert copied("1") == ""  # it was never acquired, as after a crash
    assert copied("2") == ""
    (cache.path / "tools" / "1.2.0" / "tool").write_bytes(b"evil")
    assert copied("3") == "tools 1.2.0 was changed in the cache (tool): it is fetched anew"
    shutil.rmtree(cache.path / "tools")
    assert copied("4") == ""
    cache.manifests.path("tools", "1.2.0").unlink()
    assert copied("5") == ""
    source.unlink()
    assert copied("6") == ""
    (cache.path / "tools" / "1.2.0" / "tool").write_bytes(b"evil")
    with pytest.raises(PackageError, match="no feed holds the package tools"):
        copied("7")
    assert not (tmp_path / "attempts" / "7" / "tools").exists()
    cache.stopping.stop()
    with pytest.raises(PackageError, match=r"^acquiring tools 1\.2\.0 was cancelled$"):
        copied("8")


def test_a_checksum_beside_it_must_fit(cache: Cache, tmp_path: Path) -> None:
    """P3: a broken package is not used."""
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    beside = tmp_path / "tools.1.2.0.zip.sha256"
    beside.write_text(f"{'0' * 64}  tools.1.2.0.zip\n")
    with pytest.raises(PackageError, match=r"is not what its \.sha256 file says"):
        cache.acquire(source)
    assert cache.untouched
    beside.write_text(f"{hashlib.sha256(source.read_bytes()).hexdigest()}  tools.1.2.0.zip\n")
    cache.acquire(source)


def test_what_changes_on_its_way_is_refused(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_sha256", lambda path: "0" * 64)
    with pytest.raises(PackageError, match="damaged on its way"):
        cache.acquire(zipped(tmp_path / "tools.1.2.0.zip"))
    assert cache.untouched


def test_a_source_that_cannot_be_read_is_a_sentence(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "tools.1.2.0.zip").symlink_to("nowhere")
    with pytest.raises(PackageError, match=r"^tools 1\.2\.0 cannot be used: No such file or directory$"):
        cache.acquire(tmp_path / "tools.1.2.0.zip")
    assert cache.untouched


def test_a_rate_slows_the_copy(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b""))
    source.write_bytes(bytes(20_000) + source.read_bytes())
    begun = time.monotonic()
    cache.acquire(source, rate=100_000)
    assert time.monotonic() - begun > 0.18


def test_acquiring_is_cancelled_between_chunks(cache: Cache, tmp_path: Path) -> None:
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1"))
    cache.stopping.stop()
    with pytest.raises(PackageError, match=r"^acquiring tools 1\.2\.0 was cancelled$"):
        cache.acquire(source, rate=1)
    assert cache.untouched


def test_p2_however_many_ask_at_once_it_is_fetched_once(tmp_path: Path) -> None:
    """P2: everybody waits for the one who fetches it, and finds it there."""
    source = zipped(tmp_path / "tools.1.2.0.zip", ("tool", bytes(1000)))
    caches = [Cache(tmp_path / "cache") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda each: each.acquire(source, rate=1000), caches))
    assert found == [tmp_path / "cache" / "tools" / "1.2.0"] * 8
    assert sorted(len(each.told) for each in caches) == [1] * 7 + [2]


def test_a_crash_leaves_nothing_in_the_way(cache: Cache, tmp_path: Path) -> None:
    """What a process left behind when it crashed is neither used nor kept."""
    (cache.path / ".tools.1.2.0.work" / "content").mkdir(parents=True)
    (cache.path / ".tools.1.2.0.work" / "content" / "old").touch()
    (cache.path / ".tools.1.2.0.lock").touch()
    target = cache.acquire(zipped(tmp_path / "tools.1.2.0.zip", ("tool", b"1")))
    assert [each.name for each in target.iterdir()] == ["tool"]
    assert [each.name for each in cache.path.iterdir()] == ["tools"]
