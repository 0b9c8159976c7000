"""The model's file while runs are active."""

import os
from pathlib import Path

import pytest

from octotui.engine import commands
from octotui.model.toml.read import load
from octotui.runtime.server.model_watcher import ModelWatcher
from tests.runtime.served import served, until

SMALL = """
[space]
name = "Test"
[pools.setup]
workers = ["one"]
[[runbooks.go.steps]]
name = "Step"
pool = "setup"
script = { file = "step.sh" }
[[runbooks.go.steps]]
name = "Then"
pool = "setup"
script = "true"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.toml"
    path.write_text(SMALL)
    (tmp_path / "step.sh").write_text("echo one\n")
    return path


def followed(file: Path) -> ModelWatcher:
    return ModelWatcher(file, load, load(file))


async def test_nothing_new_is_nothing(file: Path) -> None:
    assert await followed(file).check() is None


async def test_a_change_is_taken_up_once(file: Path) -> None:
    following = followed(file)
    file.write_text(SMALL.replace("Step", "Another"))
    model = await following.check()
    assert model is not None
    assert model.runbooks["go"].steps[0].name == "Another"
    assert await following.check() is None


async def test_so_is_one_of_the_script_of_a_health_check(file: Path) -> None:
    check = 'health_check = { script = { file = "step.sh" } }\nroles = ["web"]\n'
    text = SMALL.replace('pool = "setup"\nscript = { file = "step.sh" }\n', check)
    file.write_text(text + '[targets.web1]\nroles = ["web"]\n')
    following = followed(file)
    (file.parent / "step.sh").write_text("echo two, at length\n")
    model = await following.check()
    assert model is not None
    script = model.runbooks["go"].steps[0].script
    assert script is not None
    assert script.body == "echo two, at length\n"


async def test_so_is_one_of_a_script_or_a_template(file: Path) -> None:
    following = followed(file)
    (file.parent / "step.sh").write_text("echo two, at length\n")
    model = await following.check()
    assert model is not None
    assert model.runbooks["go"].steps[0].action.body == "echo two, at length\n"  # type: ignore[union-attr]
    (file.parent / "templates").mkdir()
    (file.parent / "templates" / "greet.toml").write_text('name = "Greet"\nscripts = { sh = "true" }\n')
    assert await following.check() == model


async def test_s8_so_is_one_of_a_dockerfile(file: Path) -> None:
    (dockerfile := file.with_name("tools.dockerfile")).write_text("FROM alpine\n")
    file.write_text(
        SMALL.replace("script =", 'container = { dockerfile = { file = "tools.dockerfile" } }\nscript =')
    )
    following = followed(file)
    before = following._model.runbooks["go"].steps[0]
    dockerfile.write_text("FROM alpine:3.20\n")
    model = await following.check()
    assert model is not None
    step = model.runbooks["go"].steps[0]
    assert step.contained.dockerfile == "FROM alpine:3.20\n"
    assert step.container != before.container  # so that another image is built


async def test_a_script_that_is_new_in_the_model_is_followed_too_and_each_change_once(file: Path) -> None:
    following, other = followed(file), file.with_name("other.sh")
    other.write_text("echo other\n")
    file.write_text(SMALL.replace("step.sh", "other.sh"))
    assert await following.check() is not None
    assert await following.check() is None
    other.write_text("echo another, at length\n")
    model = await following.check()
    assert model is not None
    assert model.runbooks["go"].steps[0].action.body == "echo another, at length\n"  # type: ignore[union-attr]
    assert await following.check() is None
    (file.parent / "step.sh").write_text("echo nobody runs it any more\n")
    assert await following.check() is None


async def test_a_file_without_anything_new_is_not_read_again_though_it_is_broken(file: Path) -> None:
    read: list[Path] = []
    following = ModelWatcher(file, lambda path: (read.append(path), load(path))[1], load(file))
    file.write_text("broken")
    for _ in range(3):
        assert await following.check() is None
        assert "errors" in following.trouble
    assert read == [file]


@pytest.mark.parametrize(
    ("name", "trouble"),
    [("nowhere.toml", "There is no such file"), ("empty", "No TOML file is in this folder")],
)
async def test_a_file_that_is_named_and_not_there_is_told(tmp_path: Path, name: str, trouble: str) -> None:
    file = tmp_path / "model.toml"
    file.write_text('[space]\nname = "Test"\n')
    (tmp_path / "empty").mkdir()
    following = followed(file)
    assert await following.check(str(tmp_path / name)) is None
    assert trouble in following.trouble


async def test_a_broken_one_is_told_and_changes_nothing_until_it_is_well_again(file: Path) -> None:
    following = followed(file)
    file.write_text(SMALL + "[nonsense]\n[more]\n")
    assert await following.check() is None
    assert following.trouble.startswith(f"the model has errors and was not loaded: {file}:")
    assert following.trouble.endswith("and 1 more")
    file.unlink()
    assert await following.check() is None
    assert "There is no such file" in following.trouble
    file.write_text(SMALL)
    assert await following.check() is not None
    assert following.trouble == ""


async def test_a_file_that_is_about_another_space_changes_nothing(file: Path) -> None:
    following = followed(file)
    file.write_text(SMALL.replace('"Test"', '"Other"'))
    assert await following.check() is None
    assert following.trouble == f"{file} declares the space Other now: this space keeps its model"


async def test_another_file_is_followed_from_when_it_is_named(file: Path) -> None:
    following = followed(file)
    other = file.with_name("other.toml")
    other.write_text(SMALL.replace("Then", "Later"))
    model = await following.check(str(other))
    assert model is not None
    assert model.runbooks["go"].steps[1].name == "Later"
    os.utime(file)
    assert await following.check() is None


async def test_runs_keep_what_they_began_with_and_new_ones_have_the_new(
    file: Path, tmp_path: Path, monkeypatch
) -> None:
    """A model that changes while runs are active: for a client, too; what is broken is told to it."""
    monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.01)
    async with served(load(file), tmp_path / "state", followed(file)) as here, here.attached() as client:
        await client.send(commands.StartRun(process="go"))
        await until(lambda: here.hands.jobs)
        file.write_text(SMALL.replace("Then", "Later"))
        await until(lambda: client.state.model.runbooks["go"].steps[1].name == "Later")
        await client.send(commands.StartRun(process="go"))
        names = [client.state.runs[each].runbook.steps[1].name for each in ("run-1", "run-2")]
        assert names == ["Then", "Later"]
        file.write_text("broken")
        await until(lambda: client.trouble)
        assert client.trouble == here.session.trouble != ""
        assert client.state.model.runbooks["go"].steps[1].name == "Later"
        file.write_text(SMALL)
        await until(lambda: not client.trouble)


async def test_r9_a_pipe_in_the_place_of_the_model_is_told_and_never_waited_for(file: Path) -> None:
    following = followed(file)
    file.unlink()
    os.mkfifo(file)
    assert await following.check() is None
    assert following.trouble == f"{file} is no file or folder now: this space keeps its model"
    file.unlink()
    file.write_text(SMALL.replace("Step", "Another"))
    assert await following.check() is not None
    assert following.trouble == ""


async def test_r9_a_script_that_is_a_pipe_is_told_and_never_waited_for(file: Path) -> None:
    following = followed(file)
    (file.parent / "step.sh").unlink()
    os.mkfifo(file.parent / "step.sh")
    assert await following.check() is None
    assert "step.sh is no file of 16384 KiB at most" in following.trouble
