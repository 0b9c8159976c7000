from pathlib import Path

import pytest

from octotui.store.screen_settings.pane_file import PaneSizes, panes_file, read_panes, write_panes


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_sizes_are_kept_beside_those_of_other_screens():
    assert read_panes() == PaneSizes({})
    write_panes({"board-wide-high": {"halves": 300}})
    write_panes({"board-narrow-stacked": {"left": 600}})
    write_panes({"board-wide-high": {"halves": 250, "right": 500}})
    assert read_panes().shares == {
        "board-wide-high": {"halves": 250, "right": 500},
        "board-narrow-stacked": {"left": 600},
    }


def test_the_file_is_the_account_s_alone():
    write_panes({"board-wide-high": {"halves": 300}})
    assert panes_file().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    ["[board", "a = 1", "[a]\nb = 0", "[a]\nb = 1000", '[a]\nb = "1"', "[A]\nb = 5", "\x00", "[a.b]\nc = 5"],
)
def test_a_damaged_file_is_ignored_with_one_line_and_replaced_by_the_next_change(text):
    panes_file().parent.mkdir(parents=True)
    panes_file().write_text(text)
    found = read_panes()
    assert found.shares == {}
    assert found.problem.startswith(f"The usual sizes of panes are used: {panes_file()}")
    assert "\n" not in found.problem
    write_panes({"board-wide-high": {"halves": 300}})
    assert read_panes() == PaneSizes({"board-wide-high": {"halves": 300}})


def test_a_file_that_others_can_write_is_ignored():
    write_panes({"board-wide-high": {"halves": 300}})
    panes_file().chmod(0o666)
    assert read_panes().shares == {}
