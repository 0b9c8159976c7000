import os
from pathlib import Path

import pytest

from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex


def of(folder: Path) -> WorkspaceIndex:
    return WorkspaceIndex(SpaceFolder(folder, "kraken"))


def test_a_space_keeps_its_name_and_its_workers_and_may_be_moved(tmp_path: Path) -> None:
    """R4: a job is found again though its worker has another directory by now, or none."""
    first = of(tmp_path / "here")
    first.use("worker3", "/srv/worker3", None)
    first.use("worker1", str(tmp_path / "here" / "kraken" / "workers" / "worker1"), None)
    first.use("worker1", str(tmp_path / "here" / "kraken" / "elsewhere"), None)
    first.use("worker3", "/srv/worker3", None)
    first.use("worker3", "/srv/new", None)
    written = (tmp_path / "here" / "kraken" / "places.json").read_text()
    assert str(tmp_path) not in written
    (tmp_path / "here").rename(tmp_path / "there")
    again = of(tmp_path / "there")
    assert again.space == first.space
    assert again.space.startswith("kraken-")
    assert again.directories("worker3") == ("/srv/worker3", "/srv/new")
    moved = str(tmp_path / "there" / "kraken" / "elsewhere")
    assert again.directories("worker1") == (None, moved)
    assert again.directories("worker2") == ()
    assert [*again] == [
        *(("worker3", "/srv/worker3"), ("worker3", "/srv/new")),
        *(("worker1", None), ("worker1", moved)),
    ]
    assert of(tmp_path / "other").space != first.space


def test_r4_what_an_earlier_version_wrote_is_read(tmp_path: Path) -> None:
    """R4: it knew one boot, and directories without their workers."""
    path = tmp_path / "kraken" / "places.json"
    path.parent.mkdir()
    path.write_text('{"id":"0a","boot":"boot-1","directories":["workers/worker1","/srv/any","inner/w"]}')
    index = of(tmp_path)
    assert index.space == "kraken-0a"
    inner = str(tmp_path / "kraken" / "inner" / "w")
    assert index.directories("worker1") == (None, "/srv/any", inner)
    assert index.directories("worker2") == ("/srv/any", inner)
    assert [*index] == [("worker1", None), ("", "/srv/any"), ("", inner)]
    assert index.same_boot("worker1", "boot-1")
    assert not index.same_boot("worker1", "boot-2")
    index.use("worker2", "/srv/two", "boot-2")
    again = of(tmp_path)
    assert again.directories("worker2") == ("/srv/two", "/srv/any", inner)
    assert again.same_boot("worker1", "boot-1")
    assert again.same_boot("worker2", "boot-2")


def test_r4_a_boot_is_the_same_once_it_was_noted_for_its_worker(tmp_path: Path) -> None:
    assert not of(tmp_path).same_boot("worker1", "boot-1")
    index = of(tmp_path)
    index.note_boots({"worker1": "boot-1", "far": "boot-7"})
    assert not index.same_boot("worker1", "boot-1")  # an earlier session's counts
    later = of(tmp_path)
    assert later.same_boot("worker1", "boot-1")
    assert later.same_boot("far", "boot-7")
    assert not later.same_boot("worker1", "boot-2")
    assert not later.same_boot("worker1", "")
    assert later.same_boot("unused", "boot-2")
    later.use("worker1", "/srv", "boot-2")
    assert of(tmp_path).same_boot("worker1", "boot-2")
    later.note_boots({"worker1": ""})
    assert not of(tmp_path).same_boot("worker1", "")  # nobody knows


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    index, path = of(tmp_path), tmp_path / "kraken" / "places.json"
    index.use("worker1", "/srv", "boot-1")
    again = of(tmp_path)
    path.unlink()
    again.use("worker1", "/srv", "boot-1")
    again.use("worker1", "/srv", None)
    again.note_boots({"worker1": "boot-1"})
    assert not path.exists()
    assert not of(tmp_path).same_boot("unused", "boot-1")  # nobody knows
    of(tmp_path).note_boots({})
    assert of(tmp_path).same_boot("unused", "boot-1")


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    of(tmp_path).note_boots({"worker1": "boot-1"})
    (tmp_path / "kraken" / "places.json").write_text("{")
    assert not of(tmp_path).same_boot("worker1", "boot-1")


def test_one_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "kraken").touch()
    with pytest.raises(StoreError, match=r"places\.json"):
        of(tmp_path).use("worker1", "/srv", None)


MANY = repr(["/x"] * 5000).replace("'", '"').encode()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"id":"../../elsewhere"}',
        b'{"id":"a/b"}',
        b'{"id":""}',
        b'{"id":"0a","directories":["/a\\u0000b"]}',
        b'{"id":"0a","directories":[""]}',
        b'{"id":"0a","directories":' + MANY + b"}",
        b'{"id":"0a","boot":"' + b"x" * 5000 + b'"}',
        b'{"id":"0a","workers":{"../w":{}}}',
        b'{"id":"0a","workers":{"w":{"directories":["/a\\u0000b"]}}}',
        b'{"id":"0a","workers":{"w":{"directories":' + MANY + b"}}}",
        b'{"id":"0a","workers":{"w":{"boot":"' + b"x" * 5000 + b'"}}}',
        b'{"id":"0a","workers":{' + b",".join(b'"w%d":{}' % each for each in range(2000)) + b"}}",
        b" " * (1 << 23) + b'{"id":"0a"}',
        b'{"id":"\xff"}',
    ],
    ids=range(15),
)
def test_r6_what_a_job_has_put_there_says_nothing(tmp_path: Path, body: bytes) -> None:
    of(tmp_path).note_boots({"worker1": "boot-1"})
    (tmp_path / "kraken" / "places.json").write_bytes(body)
    index = of(tmp_path)
    assert not index.same_boot("worker1", "boot-1")
    assert [*index] == []
    assert index.space.removeprefix("kraken-").isalnum()


def test_r6_a_pipe_or_a_link_in_its_place_says_nothing(tmp_path: Path) -> None:
    of(tmp_path).note_boots({"worker1": "boot-1"})
    path = tmp_path / "kraken" / "places.json"
    path.rename(tmp_path / "away")
    os.mkfifo(path)
    assert not of(tmp_path).same_boot("worker1", "boot-1")
    path.unlink()
    path.symlink_to(tmp_path / "away")
    assert not of(tmp_path).same_boot("worker1", "boot-1")


def test_w12_a_worker_whose_machine_is_gone_is_forgotten(tmp_path: Path) -> None:
    """W12: however many machines are leased in turn, the space keeps its name."""
    first = of(tmp_path)
    for number in range(1100):
        first.use(f"hosted-{number}", "/srv/octotui", "boot")
        first.forget(f"hosted-{number}")
    first.use("worker1", "/srv/worker1", "boot")
    first.forget("nobody")
    again = of(tmp_path)
    assert again.space == first.space
    assert [*again] == [("worker1", "/srv/worker1")]
