import os
from pathlib import Path

import pytest

from octotui.store import workspace_index
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder
from octotui.store.workspace_index import WorkspaceIndex, boot_id


def of(folder: Path) -> WorkspaceIndex:
    return WorkspaceIndex(SpaceFolder(folder, "kraken"))


def test_a_space_keeps_its_name_and_its_directories_and_may_be_moved(tmp_path: Path) -> None:
    """R4: a job is found again though its worker has another directory by now, or none."""
    first = of(tmp_path / "here")
    first.use("/srv/worker3")
    first.use(str(tmp_path / "here" / "kraken" / "workers" / "worker1"))
    first.use("/srv/worker3")
    (tmp_path / "here").rename(tmp_path / "there")
    again = of(tmp_path / "there")
    assert again.space == first.space
    assert again.space.startswith("kraken-")
    assert again.directories == ("/srv/worker3", str(tmp_path / "there" / "kraken" / "workers" / "worker1"))
    assert of(tmp_path / "other").space != first.space


def test_r4_a_boot_is_the_same_once_it_was_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not of(tmp_path).same_boot
    of(tmp_path).note_boot()
    assert of(tmp_path).same_boot
    monkeypatch.setattr(workspace_index, "boot_id", lambda: "another")
    assert not of(tmp_path).same_boot
    of(tmp_path).note_boot()
    assert of(tmp_path).same_boot
    monkeypatch.setattr(workspace_index, "boot_id", lambda: "")
    of(tmp_path).note_boot()
    assert not of(tmp_path).same_boot  # nobody knows


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    of(tmp_path).note_boot()
    (tmp_path / "kraken" / "places.json").write_text("{")
    assert not of(tmp_path).same_boot


def test_one_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "kraken").touch()
    with pytest.raises(StoreError, match=r"places\.json"):
        of(tmp_path).use("/srv")


def test_the_boot_has_a_name_where_the_system_says_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert boot_id()
    monkeypatch.setattr(workspace_index.os, "uname", lambda: type("Uname", (), {"sysname": "Darwin"}))
    monkeypatch.setenv("PATH", "")
    assert boot_id() == ""


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"id":"../../elsewhere"}',
        b'{"id":"a/b"}',
        b'{"id":""}',
        b'{"id":"0a","directories":["/a\\u0000b"]}',
        b'{"id":"0a","directories":[""]}',
        b'{"id":"0a","directories":' + repr(["/x"] * 5000).replace("'", '"').encode() + b"}",
        b'{"id":"0a","boot":"' + b"x" * 5000 + b'"}',
        b" " * (1 << 23) + b'{"id":"0a"}',
        b'{"id":"\xff"}',
    ],
)
def test_r6_what_a_job_has_put_there_says_nothing(tmp_path: Path, body: bytes) -> None:
    of(tmp_path).note_boot()
    (tmp_path / "kraken" / "places.json").write_bytes(body)
    index = of(tmp_path)
    assert not index.same_boot
    assert index.directories == ()
    assert index.space.removeprefix("kraken-").isalnum()


def test_r6_a_pipe_or_a_link_in_its_place_says_nothing(tmp_path: Path) -> None:
    of(tmp_path).note_boot()
    path = tmp_path / "kraken" / "places.json"
    path.rename(tmp_path / "away")
    os.mkfifo(path)
    assert not of(tmp_path).same_boot
    path.unlink()
    path.symlink_to(tmp_path / "away")
    assert not of(tmp_path).same_boot
