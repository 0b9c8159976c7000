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
