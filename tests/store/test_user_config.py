"""R9, R11: what only an account may say for all its spaces: whom it trusts, its time zone, its lists."""

import multiprocessing
import os
import stat
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.store.errors import StoreError
from octotui.store.screen_settings.pane_file import panes_file, read_panes
from octotui.store.user_config import (
    THEMES,
    ListSetting,
    chosen_theme,
    config_file,
    file_trust,
    has_many_colours,
    keep_list,
    keep_theme,
    list_settings,
    lists_file,
    theme_file,
    time_zone,
)

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of this account, with nothing in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text("")
    file.chmod(0o644)
    return file


def refused(file: Path) -> str:
    """What is wrong with it, in one sentence without its place."""
    with pytest.raises(ModelError) as caught:
        file_trust()
    (complaint,) = caught.value.complaints
    assert complaint.file.startswith(str(file.parent))
    return complaint.message


@ROOT_ONLY
def test_r9_root_this_account_and_those_it_names_are_trusted(config: Path, tmp_path: Path) -> None:
    for name in ("own", "daemon", "number", "stranger"):
        (tmp_path / name).write_text(name)
    for name, owner in (("daemon", 1), ("number", 54321), ("stranger", 54322)):
        os.chown(tmp_path / name, owner, -1)
    assert file_trust().read(tmp_path / "own")
    with pytest.raises(Distrusted, match=f"name daemon in trusted_owners of {config}$"):
        file_trust().read(tmp_path / "daemon")
    config.write_text('trusted_owners = ["daemon", "54321"]')
    assert file_trust().read(tmp_path / "daemon") + file_trust().read(tmp_path / "number") == b"daemonnumber"
    with pytest.raises(Distrusted):
        file_trust().read(tmp_path / "stranger")
    config.unlink()
    with pytest.raises(Distrusted):
        file_trust().read(tmp_path / "daemon")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("trusted_owner = []", '"trusted_owner" is not known here; did you mean "trusted_owners"?'),
        ('trusted_owners = "daemon"', 'Expected a list, not "daemon".'),
        ("trusted_owners = [0]", "Expected the name of an account, not the number 0."),
        ('trusted_owners = ["no-such-account"]', "This machine has no account of that name; remove it."),
        ('trusted_owners = ["root", ""]', "Expected the name of an account, not an empty text."),
        ('timezone = "Mars"', 'There is no time zone "Mars"; write one such as "UTC" or "Europe/Berlin".'),
        (
            'timezone = "../UTC"',
            'There is no time zone "../UTC"; write one such as "UTC" or "Europe/Berlin".',
        ),
        (
            f'trusted_owners = ["{"9" * 5000}"]',
            "This machine has no account of that name; remove it.",
        ),
        ('timezone = ""', "Expected a time zone, not an empty text."),
        ("trusted_owners = [", "This is not TOML: a value is missing after the =."),
    ],
)
def test_a_configuration_that_says_something_else_is_one_sentence(
    config: Path, text: str, sentence: str
) -> None:
    config.write_text(text)
    assert refused(config) == sentence


@ROOT_ONLY
def test_r9_a_configuration_that_others_could_write_is_refused(config: Path) -> None:
    config.write_text('trusted_owners = ["daemon"]')
    config.chmod(0o666)
    assert refused(config) == f"This file is not used: everybody can write to {config}: chmod o-w {config}."
    config.chmod(0o664)
    os.chown(config, 0, 1)
    assert refused(config).endswith(f"can change what is run here: chmod g-w {config}.")
    config.chmod(0o644)
    os.chown(config, 1, -1)
    assert (
        refused(config) == f"This file is not used: {config} belongs to daemon, who is not trusted: chown it."
    )
    os.chown(config, 0, -1)
    config.parent.chmod(0o777)
    assert refused(config).endswith(f"chmod o-w {config.parent}.")
    config.parent.chmod(0o755)
    assert file_trust()


@ROOT_ONLY
def test_whoever_owns_a_folder_without_a_configuration_matters_to_nobody(config: Path) -> None:
    os.chown(config.parent, 1, -1)
    config.unlink()
    assert file_trust()


def test_r11_the_zone_of_times_is_that_of_the_machine_unless_the_account_names_one(config: Path) -> None:
    assert time_zone() is None
    for zone in ("UTC", "Europe/Berlin"):
        config.write_text(f'timezone = "{zone}"')
        assert str(time_zone()) == zone
    config.unlink()
    assert time_zone() is None


RUNS, POOLS = ListSetting(("id", "title"), "-started"), ListSetting(("worker",))


def test_the_columns_of_a_list_are_kept_beside_those_of_others(config: Path) -> None:
    """And beside what people wrote themselves, which stays as it is."""
    config.write_text("# mine\n")
    assert list_settings().settings == {}
    keep_list("runs", POOLS)
    keep_list("pools", POOLS)
    keep_list("runs", RUNS)
    assert list_settings().settings == {"runs": RUNS, "pools": POOLS}
    assert stat.S_IMODE(lists_file().stat().st_mode) == 0o600
    keep_list("pools", ListSetting())
    assert list_settings().settings == {"runs": RUNS}
    assert sorted(each.name for each in config.parent.iterdir()) == [
        ".lists.toml.lock",
        "config.toml",
        "lists.toml",
    ]
    assert config.read_text() == "# mine\n"


def test_the_order_is_kept_where_the_usual_columns_are_shown(config: Path) -> None:
    """The usual columns are not kept, so that they may change."""
    by_start = ListSetting((), "-started")
    keep_list("runs", by_start)
    assert list_settings().settings == {"runs": by_start}
    assert tomllib.loads(lists_file().read_text()) == {"runs": {"sort": "-started"}}
    keep_list("runs", ListSetting())
    assert list_settings().settings == {}


def test_columns_are_kept_where_there_is_no_folder_yet(config: Path) -> None:
    config.unlink()
    config.parent.rmdir()
    keep_list("runs", RUNS)
    assert list_settings().settings == {"runs": RUNS}


def test_columns_that_cannot_be_kept_are_a_sentence_and_leave_nothing(config: Path) -> None:
    lists_file().mkdir()
    with pytest.raises((StoreError, ModelError)):
        keep_list("runs", RUNS)
    assert sorted(each.name for each in config.parent.iterdir()) == [
        ".lists.toml.lock",
        "config.toml",
        "lists.toml",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[runs]\ncolumns = 1", "Expected a list, not the number 1."),
        ("[runs]\ncolumn = []", '"column" is not known here; did you mean "columns"?'),
        ("runs = 1", "Expected a table, not the number 1."),
    ],
)
def test_kept_columns_that_are_none_are_one_sentence_and_the_rest_is_used(
    config: Path, text: str, sentence: str
) -> None:
    lists_file().write_text(f'{text}\n[pools]\ncolumns = ["worker"]\n')
    settings, complaint = list_settings()
    assert settings["pools"] == POOLS
    assert complaint is not None
    assert (complaint.file, complaint.message) == (str(lists_file()), sentence)


def test_columns_that_a_newer_octotui_kept_stay(config: Path) -> None:
    lists_file().write_text("colour = 1\n[runs]\ncolumns = ['id']\nsort = 'id'\nwidth = 3\n[x]\ny = 1\n")
    keep_list("runs", POOLS)
    assert tomllib.loads(lists_file().read_text()) == {
        "colour": 1,
        "runs": {"columns": ["worker"], "width": 3},
        "x": {"y": 1},
    }


@pytest.mark.parametrize("name", ["config.toml", "lists.toml"])
@pytest.mark.parametrize("kind", ["FIFO", "device", "large", "broken", "deep"])
def test_r9_what_is_no_small_file_is_one_sentence_and_nothing_waits(
    config: Path, kind: str, name: str
) -> None:
    file = config.with_name(name)
    config.unlink()
    match kind:
        case "FIFO":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case "large":
            file.write_bytes(b"#" * ((1 << 18) + 1))
        case "broken":
            file.write_text("a = [")
        case "deep":
            file.write_text(".".join("a" * 50_000) + " = 1")
    if name == "config.toml":
        said = refused(file)
    else:
        settings, complaint = list_settings()
        assert settings == {}
        assert complaint is not None
        said = complaint.message
        with pytest.raises(ModelError):
            keep_list("runs", RUNS)
    assert said == {
        "broken": "This is not TOML: a value is missing after the =.",
        "deep": "Lists or tables are nested too deeply.",
    }.get(kind, f"This file is not used: {file} is no file of 256 KiB at most.")


def _keep_thirty(which: int) -> None:
    for number in range(30):
        keep_list(f"list-{which}-{number}", POOLS)


def test_two_processes_that_keep_lists_lose_none(config: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_keep_thirty, (1, 2))
    assert len(list_settings().settings) == 60


MANY = {"TERM": "xterm-256color"}


def test_t3_the_variable_goes_before_the_choice_and_that_before_the_terminal(config: Path) -> None:
    assert chosen_theme(MANY) == ("dark", "")
    assert chosen_theme({"TERM": "xterm"}) == ("terminal", "")
    keep_theme("light")
    assert chosen_theme(MANY) == chosen_theme({}) == ("light", "")
    assert chosen_theme({"OCTOTUI_THEME": "red-cyan"}) == ("red-cyan", "")
    assert chosen_theme({"OCTOTUI_THEME": "", **MANY}) == ("light", "")


def test_what_is_no_theme_is_said(config: Path) -> None:
    name, problem = chosen_theme({"OCTOTUI_THEME": "lihgt", **MANY})
    assert (name, problem) == ("dark", '$OCTOTUI_THEME: there is no theme “lihgt”; did you mean "light"?')
    with pytest.raises(StoreError, match="there is no theme"):
        keep_theme("pink")
    keep_theme("light")
    theme_file().write_text('theme = "pink"\n')
    assert "there is no theme “pink”" in chosen_theme(MANY).problem
    theme_file().write_text("theme = 3\n")
    assert chosen_theme(MANY).problem.endswith("it names no theme")
    theme_file().write_text("theme = \n")
    assert chosen_theme(MANY).problem.startswith(f"{theme_file()}:1:")


def test_the_file_says_which_themes_there_are(config: Path) -> None:
    keep_theme("terminal")
    assert all(name in theme_file().read_text() for name in THEMES)


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color", "xterm-kitty", "xterm-direct"])
def test_terminals_that_have_many_colours_say_so(term: str) -> None:
    assert has_many_colours({"TERM": term})
    assert has_many_colours({"COLORTERM": "truecolor", "TERM": "xterm"})
    assert not has_many_colours({"TERM": "linux"})
    assert not has_many_colours({})


VALUES = (
    "[]",
    "[[1]]",
    "{}",
    "{a=[]}",
    "[{}]",
    "1",
    "nan",
    "true",
    "2026-01-01",
    "07:32:00",
    '""',
    '"\\u0000"',
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_of_another_type_is_one_sentence(config: Path, value: str) -> None:
    theme_file().write_text(f"theme = {value}\n")
    assert chosen_theme(MANY).name == "dark"
    assert chosen_theme(MANY).problem
    for text in (f"trusted_owners = {value}", f"trusted_owners = [{value}]", f"timezone = {value}"):
        config.write_text(f"{text}\n")
        with suppress(ModelError):
            file_trust()
        with suppress(ModelError):
            time_zone()
    for text in (f"runs = {value}", f"[runs]\ncolumns = {value}", f"[runs]\nsort = {value}"):
        lists_file().write_text(f"{text}\n")
        list_settings()
        keep_list("runs", RUNS)
        assert list_settings().settings["runs"] == RUNS


@pytest.mark.parametrize("value", sorted({*VALUES} - {"1"}))
def test_a_size_of_a_pane_of_another_type_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    panes_file().parent.mkdir(parents=True)
    for text in (f"a = {value}", f"[a]\nb = {value}"):
        panes_file().write_text(f"{text}\n")
        assert not any(read_panes().shares.values())
