"""`octotui init`: a starter that is clean, and never in the place of something else."""

from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_what_it_writes_passes_check_and_runs_nowhere_else(
    octotui: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert octotui("init") == (0, "wrote octotui.toml; open it with: octotui octotui.toml\n", "")
    assert "#" in Path("octotui.toml").read_text()
    assert octotui("check", "octotui.toml").code == 0


def test_a_file_that_is_there_stays_as_it_is(octotui: Call, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("precious")
    said = octotui("init", mine)
    assert said == (2, "", f"octotui: {mine} is there already: name another file, or move it away\n")
    assert mine.read_text() == "precious"


def test_where_nothing_can_be_written_it_says_so(octotui: Call, tmp_path: Path) -> None:
    said = octotui("init", tmp_path / "nowhere" / "a.toml")
    assert said.code == 1
    assert said.err == f"octotui: {tmp_path}/nowhere/a.toml cannot be written: No such file or directory\n"
