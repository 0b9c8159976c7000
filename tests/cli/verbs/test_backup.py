"""`octotui backup`: what it says, and where it puts what."""

import json
from pathlib import Path

from tests.cli.conftest import OK, Call


def test_it_says_what_was_written_into_a_file_or_a_folder(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    said = octotui("backup", model, tmp_path / "copy.tar.gz", "--state", state)
    assert said.code == 0
    assert said.out.startswith(f"{tmp_path / 'copy.tar.gz'}: Small up to event ")
    assert ", 1 run, " in said.out
    told = json.loads(octotui("backup", model, tmp_path, "--json", "--state", state).out)
    path = Path(told["path"])
    assert path.parent == tmp_path
    assert path.name.startswith("small-20")
    assert (path.stat().st_size, told["runs"]) == (told["size"], 1)


def test_what_cannot_be_done_is_told(octotui: Call, write: Call, state: Path, tmp_path: Path) -> None:
    said = octotui("backup", write(OK), tmp_path / "copy.tar.gz", "--state", state)
    assert (said.code, said.out) == (1, "")
    assert "there is nothing to back up" in said.err


def test_a_space_is_taken_by_name(octotui: Call, write: Call, state: Path, tmp_path: Path) -> None:
    octotui("run", write(OK), "ok", "--state", state)
    said = octotui("backup", "small", tmp_path / "copy.tar.gz", "--state", state)
    assert (said.code, ": Small up to event " in said.out) == (0, True)
