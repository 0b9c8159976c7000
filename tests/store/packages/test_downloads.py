"""P2: downloads go on where they broke off, are checked, and leave nothing broken behind."""

import hashlib
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from octotui.model.space import Feed
from octotui.store.cancellation import Cancellation, Cancelled
from octotui.store.packages import downloads, http_client
from octotui.store.packages.downloads import DownloadError, WrongChecksum, fetch
from octotui.store.packages.feeds import PackageFile, catalogue
from tests.store.server import Served, serving

DATA = bytes(number * 7919 % 251 for number in range(300_000))
DIGEST = hashlib.sha256(DATA).hexdigest()
NAME = "tools.1.2.0.zip"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "PAUSE", 0.01)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def found(served: Served) -> PackageFile:
    served.put(NAME, DATA)
    return PackageFile(
        id="tools", version="1.2.0", name=NAME, source=served.url + NAME, feed=Feed(url=served.url)
    )


def test_p2_what_breaks_off_goes_on_where_it_was(served: Served, found: PackageFile, part: Path) -> None:
    served.cuts = [100_000, 50_000]
    assert fetch(found, part, Cancellation()) == DIGEST
    assert part.read_bytes() == DATA
    assert served.asked == [f"/{NAME}", f"/{NAME} bytes=100000-", f"/{NAME} bytes=150000-"]


def test_p2_what_a_run_left_the_next_one_goes_on_with(served: Served, found: PackageFile, part: Path) -> None:
    served.cuts = [100_000, 1, 1]
    with pytest.raises(DownloadError, match=r"tools\.1\.2\.0\.zip broke off in the middle$"):
        fetch(found, part, Cancellation())
    assert part.stat().st_size == 100_002
    assert fetch(found, part, Cancellation()) == DIGEST
    assert served.asked[-1] == f"/{NAME} bytes=100002-"


def test_p2_a_file_that_has_changed_is_fetched_from_the_start(
    served: Served, found: PackageFile, part: Path
) -> None:
    served.cuts = [100, 100, 100]
    with pytest.raises(DownloadError):
        fetch(found, part, Cancellation())
    served.put(NAME, DATA[::-1], tag='"2"')
    assert fetch(found, part, Cancellation()) == hashlib.sha256(DATA[::-1]).hexdigest()


@pytest.mark.parametrize("why", ["no ranges", "weak tag", "other address"])
def test_p2_without_ranges_it_begins_again(served: Served, found: PackageFile, part: Path, why: str) -> None:
    if why == "weak tag":
        served.tags[f"/{NAME}"] = 'W/"1"'
    served.cuts = [100_000]
    served.ranges = why != "no ranges"
    if why == "other address":
        part.write_bytes(b"of another")
        part.with_name(f"{NAME}.json").write_text('{"url": "http://x/", "validator": "1"}')
    assert fetch(found, part, Cancellation()) == DIGEST


def test_p2_a_date_tells_as_well_whether_it_is_the_same(
    served: Served, found: PackageFile, part: Path
) -> None:
    served.tags[f"/{NAME}"] = "Mon, 01 Jan 2024 00:00:00 GMT"
    served.headers[f"/{NAME}"] = {"ETag": "", "Last-Modified": served.tags[f"/{NAME}"]}
    served.cuts = [100_000]
    assert fetch(found, part, Cancellation()) == DIGEST
    assert served.asked[-1] == f"/{NAME} bytes=100000-"


def test_p2_one_that_was_complete_is_not_fetched_again(
    served: Served, found: PackageFile, part: Path
) -> None:
    fetch(found, part, Cancellation())
    assert fetch(found, part, Cancellation()) == DIGEST
    part.write_bytes(DATA + b"more")
    assert fetch(found, part, Cancellation()) == DIGEST
    assert part.read_bytes() == DATA


def test_p2_a_part_that_was_not_asked_for_is_not_taken(
    served: Served, found: PackageFile, part: Path
) -> None:
    served.cuts = [100_000]
    served.shift = 1
    assert fetch(found, part, Cancellation()) == DIGEST
    assert served.asked == [f"/{NAME}", f"/{NAME} bytes=100000-", f"/{NAME}"]


def test_p3_a_wrong_checksum_leaves_nothing(served: Served, found: PackageFile, part: Path) -> None:
    served.put(f"{NAME}.sha256", b"0" * 64 + b"  tools")
    served.index()
    (listed,) = catalogue([found.feed])
    assert listed.checksum == f"{served.url}{NAME}.sha256"
    with pytest.raises(WrongChecksum, match=f"is not what its .sha256 file says: its SHA-256 is {DIGEST}"):
        fetch(listed, part, Cancellation())
    assert list(part.parent.iterdir()) == []
    served.put(f"{NAME}.sha256", b"\xff no checksum")
    with pytest.raises(WrongChecksum, match="no SHA-256 stands there"):
        fetch(listed, part, Cancellation())
    served.put(f"{NAME}.sha256", DIGEST.upper().encode())
    assert fetch(listed, part, Cancellation()) == DIGEST


def test_p3_a_checksum_in_the_listing_counts_as_well(served: Served, found: PackageFile, part: Path) -> None:
    served.page("/", f'[{{"name": "{NAME}", "sha256": "{"0" * 64}"}}]', "application/json")
    with pytest.raises(WrongChecksum, match="is not what its feed says"):
        fetch(catalogue([found.feed])[0], part, Cancellation())
    assert not part.exists()


def test_p3_a_package_that_is_gone_is_a_sentence(served: Served, found: PackageFile, part: Path) -> None:
    del served.files[f"/{NAME}"]
    with pytest.raises(DownloadError, match=r"tools\.1\.2\.0\.zip is not there \(HTTP 404\)$"):
        fetch(found, part, Cancellation())


def test_p1_a_package_on_another_server_is_fetched_where_the_model_allows_it(
    served: Served, found: PackageFile, part: Path
) -> None:
    with serving() as other:
        other.put(NAME, DATA)
        served.page("/", f'<a href="{other.url}{NAME}">tools</a>')
        place = other.url.removeprefix("http://").rstrip("/")
        with pytest.raises(DownloadError, match=rf'another server: give the feed hosts = \["{place}"\]'):
            fetch(catalogue([found.feed])[0], part, Cancellation())
        assert other.asked == []
        allowed = replace(found.feed, hosts=(place,))
        assert fetch(catalogue([allowed])[0], part, Cancellation()) == DIGEST


def test_p2_a_file_without_end_does_not_fill_the_disk(
    served: Served, found: PackageFile, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = downloads.RESERVE + len(DATA) - 1
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    with pytest.raises(DownloadError, match=r"is larger than what the disk of .* has left"):
        fetch(found, part, Cancellation())
    assert list(part.parent.iterdir()) == []


def test_q6_stopped_while_the_server_is_silent_it_ends_and_keeps_what_came(
    served: Served, found: PackageFile, part: Path
) -> None:
    served.stall_at = 1000
    stopping, raised = Cancellation(), threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            fetch(found, part, stopping)
        raised.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert served.stalled.wait(10)
    while not part.exists() or part.stat().st_size == 0:
        assert not raised.wait(0.01)
    stopping.stop()
    assert raised.wait(10)
    thread.join()
    assert 0 < part.stat().st_size <= 1000
    served.stall_at = None
    assert fetch(found, part, Cancellation()) == DIGEST


def test_p2_a_rate_holds_for_servers_too(served: Served, found: PackageFile, part: Path) -> None:
    import time

    begun = time.monotonic()
    fetch(replace(found, feed=Feed(url=served.url, rate=1_000_000)), part, Cancellation())
    assert time.monotonic() - begun > 0.28


def test_a_full_disk_is_not_left_full(
    found: PackageFile, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("octotui.store.packages.downloads._receive", full)
    with pytest.raises(OSError, match="No space left"):
        fetch(found, part, Cancellation())
    assert list(part.parent.iterdir()) == []


def test_r9_a_package_that_everybody_can_write_is_not_taken(tmp_path: Path, part: Path) -> None:
    """It is judged as it is open, since it may have changed after its feed was read."""
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / NAME).write_bytes(DATA)
    (package,) = catalogue([Feed(directory=str(feed))])
    assert fetch(package, part, Cancellation()) == DIGEST
    for each in (feed / NAME, feed):
        mode = each.stat().st_mode
        each.chmod(mode | 0o002)
        with pytest.raises(DownloadError, match=f"^everybody can write to {each}: chmod o-w {each}$"):
            fetch(package, part, Cancellation())
        assert not part.exists()
        each.chmod(mode)


@pytest.mark.parametrize("odd", [NAME, f"{NAME}.sha256"])
def test_r9_a_pipe_in_a_folder_of_packages_is_told_and_never_waited_for(
    tmp_path: Path, part: Path, odd: str
) -> None:
    folder = tmp_path / "packages"
    folder.mkdir(mode=0o755)
    (folder / NAME).write_bytes(DATA)
    (folder / odd).unlink(missing_ok=True)
    os.mkfifo(folder / odd, 0o644)
    package = PackageFile(
        id="tools", version="1.2.0", name=NAME, source=str(folder / NAME), feed=Feed(directory=str(folder))
    )
    with pytest.raises(DownloadError, match=f"{odd} is no file"):
        fetch(package, part, Cancellation())
