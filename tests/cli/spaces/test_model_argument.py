"""What an argument FILE stands for: a file, or the model of a known space."""

from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from octotui.cli.model_files import load_or_exit
from octotui.cli.spaces.model_argument import file_of, known_space, model_and_start, model_file
from octotui.store.errors import StoreError
from octotui.store.space_folder import space_folder
from tests.cli.conftest import OK, Call, Lived


@pytest.fixture
def known(octotui: Call, write: Call, state: Path) -> Path:
    """A space that has had a server, and so knows its model."""
    model = write(OK)
    assert octotui("run", model, "ok", "--detach", "--state", state).code == 0
    assert octotui("stop", model, "--state", state).code == 0
    return model


def test_a_space_is_known_by_name_slug_or_folder_unless_there_is_a_file(
    known: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("small", "Small", state / "small"):
        found = known_space(name, state)
        assert found is not None
        assert found.slug == "small"
        assert model_file(Path(name), state) == known
    assert known_space("other", state) is None
    assert known_space(known, state) is None
    monkeypatch.chdir(tmp_path)
    Path("small").write_text("a file of that name")
    assert known_space("small", state) is None
    assert model_file(Path("small"), state) == Path("small")


def test_a_model_that_is_gone_or_another_ones_is_said_in_one_sentence(
    octotui: Call, known: Path, state: Path
) -> None:
    folder = space_folder("small", state)
    known.write_text(known.read_text().replace('"Small"', '"Large"'))
    with pytest.raises(StoreError, match="is the model of Large now"):
        file_of("small", folder)
    known.unlink()
    for verb in ("run", "plan", "deploy", "release", "publish"):
        said = octotui(verb, "small", "ok", "--state", state)
        assert (said.code, said.out) == (1, "")
        assert said.err == (
            f"octotui: small is a space, and this verb needs its model: its model {known} is gone;"
            " `octotui FILE` opens it, where FILE is its model now\n"
        )


def test_a_space_whose_model_nobody_knows_says_what_makes_it_known(
    octotui: Call, write: Call, state: Path
) -> None:
    octotui("run", write(OK), "ok", "--state", state)
    (state / "small" / "model.path").unlink(missing_ok=True)
    said = octotui("run", "small", "ok", "--state", state)
    assert said.code == 1
    assert said.err.endswith("it is not known which model it belongs to; `octotui FILE` opens it, once\n")


def test_a_word_that_is_neither_is_told_with_the_nearest_space(
    octotui: Call, known: Path, state: Path
) -> None:
    said = octotui("run", "smal", "ok", "--state", state)
    assert said.code == 2
    assert said.err == ('octotui: there is no model smal, and no space of that name; did you mean "small"?\n')
    said = octotui("run", "smal.toml", "ok", "--state", state)
    assert said.err == "smal.toml: There is no such file; `octotui init` writes one to start from.\n"


def test_a_space_with_a_server_is_attached_to_and_another_is_started(lived: Lived, octotui: Call) -> None:
    folder = space_folder("small", lived.state)
    assert model_and_start(folder) == (lived.model, False)
    octotui("stop", *lived.at)
    assert model_and_start(folder) == (lived.model, True)
    lived.model.unlink()
    with pytest.raises(StoreError, match="is gone"):
        model_and_start(folder)


@pytest.mark.parametrize("name", ["small", "Small"])
def test_verbs_take_the_name_of_a_space(octotui: Call, known: Path, state: Path, name: str) -> None:
    said = octotui("run", name, "ok", "--json", "--state", state)
    assert (said.code, said.err) == (0, "")
    assert octotui("plan", name, "ok", "--state", state).code == 0
    assert octotui("publish", name, "ok", "--state", state).code == 0


def test_check_and_render_take_the_name_of_a_space_of_the_account(
    octotui: Call, known: Path, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("octotui.cli.spaces.space_argument.default_base", lambda: state)
    monkeypatch.setattr("octotui.store.space_folder.default_base", lambda: state)
    assert octotui("check", "small").out.startswith("Small: 1 pool, 3 workers")


@pytest.mark.parametrize("verb", [("check", "small"), ("template", "list", "small"), ("render", "small")])
def test_verbs_that_only_read_a_model_find_its_space_in_another_folder(
    octotui: Call, known: Path, state: Path, verb: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"hello")))
    said = octotui(*verb, "--state", state)
    assert (said.code, said.err) == (0, "")
    unknown = octotui(*verb[:-1], "smal", "--state", state)
    assert (unknown.code, 'did you mean "small"?' in unknown.err) == (2, True)


def test_the_demo_has_no_file() -> None:
    assert load_or_exit(None).space.slug == "kraken-demo"
