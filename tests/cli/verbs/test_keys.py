from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text("")
    monkeypatch.setenv("OCTOTUI_KEYS", str(path))
    return path


def test_all_keys_are_printed_as_the_file_that_changes_them(octotui, file):
    printed = octotui("keys").out
    assert '\n[board]\nstart = "s"  # start: choose a runbook' in printed
    file.write_text('[board]\nstart = "f5"\n')
    changed = octotui("keys").out
    assert changed == printed.replace('start = "s"  # start: choose', 'start = "f5"  # start: choose')
    file.write_text(changed)
    assert octotui("keys").out == changed


def test_a_file_is_checked_with_line_and_column(octotui, file):
    file.write_text('[board]\nstrat = "x"\n')
    done = octotui("keys", "--check")
    assert done.code == 2
    assert f'{file}:2:1: board.strat: "strat" is not known here; did you mean "start"?' in done.err
    assert done.out == ""
    file.write_text('[list]\ndown = "s"\n')
    done = octotui("keys", "--check")
    assert f'warning: {file}:2:1: list.down: "s" means list.down' in done.err
    file.write_text('[board]\nstart = "f5"\n')
    assert octotui("keys", "--check").out == f"{file}: 1 with other keys than usual; no problems found\n"
