"""How a space is named."""

from pathlib import Path

import pytest

from octotui.cli.spaces.space_argument import (
    SpaceName,
    UnknownSpace,
    model_and_space,
    no_such_run,
    run_id,
    served,
    space_named,
    space_of,
)
from octotui.engine.state import State
from tests.cli.conftest import OK, Call


def test_by_its_model_its_name_or_its_folder(octotui: Call, write: Call, state: Path) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    assert space_of(str(model), state) == SpaceName("small", model, state)
    assert space_of("Small", state) == space_of("small", state) == SpaceName("small", None, state)
    assert space_of(str(state / "small"), None) == SpaceName("small", None, state)


def test_a_model_that_is_broken_in_other_places_still_names_it(write: Call, state: Path) -> None:
    model = write("[nonsense]\n")
    assert space_of(str(model), state).slug == "small"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("this is [not TOML", "cannot be read"),
        ("[pools.a]\n", "says no [space] name"),
        ("space = 3\n", "cannot be read"),
    ],
)
def test_a_file_that_names_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    file = tmp_path / "model.toml"
    file.write_text(text)
    with pytest.raises(SystemExit) as left:
        space_of(str(file), tmp_path)
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_a_name_that_is_none_is_told_with_what_was_meant(
    octotui: Call, write: Call, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    octotui("run", write(OK), "ok", "--state", state)
    with pytest.raises(SystemExit):
        space_of("smal", state)
    assert 'no space of that name; did you mean "small"?' in capsys.readouterr().err


def test_a_run_may_be_named_by_its_number() -> None:
    assert (run_id("7"), run_id("run-7"), run_id("run-007")) == ("run-7", "run-7", "run-7")


@pytest.mark.parametrize("text", [f"a = {'[' * 5000}{']' * 5000}", "space = [1]", "[space]\nname = 7"])
def test_r6_a_model_of_nonsense_has_no_name_and_no_server(write: Call, state: Path, text: str) -> None:
    model = write("", name="nonsense.toml")
    model.write_text(text)
    assert served(model, state) is None
    with pytest.raises(UnknownSpace, match=r"nonsense\.toml"):
        space_named(str(model), state)


@pytest.mark.parametrize("word", ["x" * 100_000, "/".join("x" * 5000), "\udcff", "", "\x1b"])
def test_r6_any_word_is_the_name_of_no_space(state: Path, word: str) -> None:
    with pytest.raises(UnknownSpace):
        space_named(f"no{word}", state)
    with pytest.raises(UnknownSpace):
        space_named(word, state)


def test_a_model_is_taken_with_all_its_complaints_and_a_space_with_the_model_it_has(
    octotui: Call, write: Call, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write(OK)
    octotui("run", model, "ok", "--state", state)
    declared, named = model_and_space(str(model), state)
    assert (declared.space.name, named) == ("Small", SpaceName("small", model, state))
    kept, named = model_and_space("small", state)
    assert (kept.runbooks.keys(), named) == (declared.runbooks.keys(), SpaceName("small", None, state))
    model.write_text(model.read_text() + "[nonsense]\n[rubbish]\n")
    with pytest.raises(SystemExit) as left:
        model_and_space(str(model), state)
    assert left.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_of_a_run_that_is_not_there_the_newest_is_told() -> None:
    assert str(no_such_run("run-9", State(next_run=4))) == "there is no run run-9; the newest is run-3"
    assert str(no_such_run("run-9", State())) == "there is no run run-9"
