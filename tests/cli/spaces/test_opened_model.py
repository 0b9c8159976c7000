from pathlib import Path

import pytest

from octotui.cli.demo_space import DEMO, DEMO_SPACE
from octotui.cli.spaces.opened_model import DEMO_MODEL, OpenedModel
from octotui.store.space_folder import space_folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "night.toml"
    path.write_text('[space]\nname = "Night"\n')
    return path


def test_it_is_the_file_of_the_command_line_or_else_the_last_one(tmp_path: Path, file: Path) -> None:
    state = tmp_path / "state"
    assert OpenedModel("night", state).path() is None
    folder = space_folder("night", state)
    folder.make()
    folder.keep_model(file)
    assert OpenedModel("night", state).path() == file
    assert OpenedModel("night", state, Path("/other.toml")).path() == Path("/other.toml")


def test_the_demo_is_shown_and_not_edited(tmp_path: Path) -> None:
    demo = OpenedModel(DEMO_SPACE.slug, tmp_path)
    assert (demo.path(), demo.refusal()) == (DEMO, DEMO_MODEL)
    assert OpenedModel("night", tmp_path).refusal() == ""


def test_it_is_checked_as_check_does(file: Path) -> None:
    model = OpenedModel("night", None, file)
    assert model.check(file) == ((), ())
    file.write_text('[space]\nname = "Night"\nnme = 1\n')
    (complaint,) = model.check(file).complaints
    assert (complaint.file, complaint.line) == (str(file), 3)
