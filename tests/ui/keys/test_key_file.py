from pathlib import Path

import pytest

from octotui.store.screen_settings.keys_path import has_keys_file, keys_file
from octotui.ui.keys.key_file import KeyFile, printed_keys, read_keys
from octotui.ui.settings.keymap import Keymap


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The account's file of keys, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("OCTOTUI_KEYS", raising=False)
    (tmp_path / "octotui").mkdir()
    return tmp_path / "octotui" / "keys.toml"


def read(file: Path, text: str) -> KeyFile:
    file.write_text(text)
    return read_keys()


def complaints(file: Path, text: str) -> list[str]:
    """All complaints by line and column; then the usual keys are in force."""
    found = read(file, text)
    assert not found.keymap
    return [f"{each.line}:{each.column}: {each.key}: {each.message}" for each in found.complaints]


def test_without_a_file_all_have_their_own_keys(file):
    assert keys_file() == file
    assert not has_keys_file()
    assert read_keys() == KeyFile()


def test_what_the_file_leaves_out_keeps_its_key(file):
    found = read(file, '[board]\nstart = "f5"\nwhy = ["?", "y"]\nhelp = []\n')
    assert found.keymap.keys == {
        "board.start": ("f5",),
        "board.why": ("question_mark", "y"),
        "board.help": (),
    }
    assert found.complaints == ()
    assert found.problems == ()


def test_what_is_printed_is_read_again_to_the_same(file):
    assert read(file, printed_keys(Keymap({}))).keymap.keys == {}
    keys = {
        "board.start": ("exclamation_mark", "quotation_mark", "ctrl+plus"),  # a replay has the comma
        "runs.filter": ("comma",),
        "board.move_to_top": ("backslash",),
        "output.wrap": (),
    }
    found = read(file, printed_keys(Keymap(keys)))
    assert found.complaints == ()
    assert found.keymap.keys == keys
    assert printed_keys(found.keymap) == file.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[board]\nstrat = "x"\n', ['2:1: board.strat: "strat" is not known here; did you mean "start"?']),
        ('[bord]\nstart = "x"\n', ['1:2: bord: "bord" is not known here; did you mean "board"?']),
        (
            '[board]\nstart = "x"\nwhy = "escpe"\n',
            ['3:1: board.why: There is no key "escpe"; did you mean "escape"?'],
        ),
        (
            '[board]\nlog = ["l", "w"]\n',
            ['2:1: board.log: "w" is the key of board.why, too; give one of them another.'],
        ),
        (
            '[app]\nquit = "q"\n',
            ['2:1: app.quit: It is the way out, also while text is typed; give it a key such as "ctrl+q".'],
        ),
        (
            "[board]\nstart = 5\n",
            [
                '2:1: board.start: Expected a key such as "s", "F", "?", "ctrl+g" or "pagedown", '
                "not the number 5."
            ],
        ),
        ("board = 5\n", ["1:1: board: Expected a table, not the number 5."]),
        ("[board\n", ["1:7: : This is not TOML: expected ']' at the end of a table declaration."]),
    ],
)
def test_complaints_are_by_line_and_column(file, text, said):
    assert complaints(file, text) == said


def test_all_complaints_are_found_at_once_and_the_app_says_the_first(file):
    found = read(file, '[board]\nstrat = "x"\nwhy = "escpe"\n')
    assert len(found.complaints) == 2
    (sentence,) = found.problems
    assert sentence.startswith(f"The usual keys are in force: {file}:2:1: board.strat")
    assert sentence.endswith("(1 more)")
    assert "\n" not in sentence


def test_a_hidden_key_is_a_warning_and_the_file_is_used(file):
    found = read(file, '[list]\ndown = ["j", "down", "s"]\n')
    assert found.keymap.keys == {"list.down": ("j", "down", "s")}
    assert [each.message for each in found.warnings] == [
        '"s" means list.down where that works, and there not board.start.'
    ]


def test_another_file_can_be_named(file, tmp_path, monkeypatch):
    other = tmp_path / "other.toml"
    monkeypatch.setenv("OCTOTUI_KEYS", str(other))
    assert keys_file() == other
    assert read_keys().complaints[0].message == (
        "There is no such file, which OCTOTUI_KEYS names; `octotui keys` prints one."
    )
    other.write_text('[board]\nstart = "x"\n')
    assert "board.abort" in read_keys().complaints[0].message


def test_a_file_that_others_can_write_is_not_used(file):
    file.write_text('[board]\nstart = "f5"\n')
    file.chmod(0o666)
    found = read_keys()
    assert not found.keymap
    assert "This file is not used" in found.complaints[0].message


def test_a_name_with_a_line_break_stays_a_comment(file, tmp_path, monkeypatch):
    monkeypatch.setenv("OCTOTUI_KEYS", str(tmp_path / "a\nb = 1"))
    assert "\nb = 1" not in printed_keys(Keymap({}))


@pytest.mark.parametrize(
    "value", ["[[1]]", "{}", "[{}]", "1", "nan", "true", "2026-01-01", '"\\u0000"', '[["f5"]]']
)
def test_a_value_of_another_type_is_a_complaint(file, value):
    for text in (f"board = {value}", f"[board]\nstart = {value}", f"[board.start]\na = {value}"):
        assert complaints(file, text + "\n") or value == "{}"
