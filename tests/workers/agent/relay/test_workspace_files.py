import fcntl
import os
from pathlib import Path

import pytest

from octotui.workers.agent.relay.workspace_files import WORKSPACES
from tests.workers.agent.relay.calling import answered


def test_v7_only_what_a_script_left_is_sent(tmp_path: Path) -> None:
    for own in ("script", "values", "record", "spool", "errors"):
        (tmp_path / own).write_text("ours")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "values").write_text("theirs")
    (tmp_path / "away").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    said = answered(WORKSPACES["workspace save"], {"workspace": str(tmp_path), "largest": 9, "most": 9})
    entries = [header["entry"] for header, _ in said.frames if "entry" in header]
    assert [(path, kind, target) for path, kind, _, target in entries] == [
        ("away", "link", "/etc/passwd"),
        ("d", "folder", ""),
        ("pipe", "pipe", ""),
        ("d/values", "file", ""),
    ]
    assert said.parts == b"theirs"


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"largest": 3, "most": 9}, "big is larger than 0 MiB"),
        ({"largest": 9, "most": 1}, "there are more than 1 files"),
    ],
)
def test_there_are_limits(tmp_path: Path, limits: dict[str, int], why: str) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "big").write_text("1234")
    said = answered(WORKSPACES["workspace save"], {"workspace": str(tmp_path), **limits})
    assert said.last["why"] == why


def test_v7_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    given = {"workspace": str(tmp_path), "largest": 9}
    for path, what in (("pipe", "a pipe or device"), ("link", "a link"), (".", "a folder")):
        said = answered(WORKSPACES["workspace get"], {**given, "path": path})
        assert said.last["why"] == f"it is {what}, and only ordinary files are kept"
    assert answered(WORKSPACES["workspace get"], {**given, "path": "a\0"}).last["why"].startswith("its path")


def test_v5_what_a_killed_agent_had_no_record_of_is_removed(tmp_path: Path) -> None:
    """V5: with the values in it; never what runs, is to be kept, is new, or another space's."""
    kept = {"space-1.1": "job-1", "space-1.3": "", "other-1.1": "job-9", "space-1.4": "job-4"}
    for folder, attempt in {**kept, "space-1.2": "job-2"}.items():
        path = tmp_path / "work" / folder
        path.mkdir(parents=True)
        (path / "values").write_text("s3cret")
        (path / "record").write_text(f"memo {attempt} {{}}\nbegun\n" if attempt else "")
        if folder != "space-1.3":
            os.utime(path, (0, 0))
    with (tmp_path / "work" / "space-1.4" / "record").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        given = {"in": str(tmp_path), "space": "space"}
        assert "done" in answered(WORKSPACES["workspace sweep"], given, ["job-1"]).last
    assert {each.name for each in (tmp_path / "work").iterdir()} == set(kept)
