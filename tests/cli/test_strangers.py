"""R9: what strangers can write is not run: models, scripts, templates, sources of secrets, backups."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from octotui.cli import model_files
from octotui.cli.model_files import read_model
from octotui.model.complaints import ModelError
from octotui.model.toml import templates
from octotui.runtime.server.model_watcher import ModelWatcher
from octotui.store.user_config import config_file
from tests.cli.conftest import HEAD, OK, Call

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
STRANGER = 54321
FILES = """
[variables]
Password = { sensitive = { file = "secret/password" } }
Token = { sensitive = { command = ["secret/COMMAND", "FOLDER/secret/input"] } }
[[runbooks.ok.steps]]
name = "Script"
pool = "setup"
script = { file = "scripts/run.sh" }
[[runbooks.ok.steps]]
name = "Health"
pool = "setup"
script = { shell = "sh", file = "health/run.sh" }
[[runbooks.ok.steps]]
name = "Template"
pool = "setup"
template = "greet"
"""


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of who runs octotui, which is not there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return config_file()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model with files of every kind, all of them its owner's."""
    folder = tmp_path / "model"
    text = FILES.replace("secret/COMMAND", str(folder / "secret" / "print")).replace("FOLDER", str(folder))
    for name, body in {
        "model.toml": HEAD + text,
        "scripts/run.sh": "echo script",
        "health/run.sh": "echo health",
        "templates/greet.toml": 'name = "Greet"\nscripts = { bash = "echo template" }\n',
        "secret/password": "hunter22",
        "secret/print": '#!/bin/sh\ncat "$1"\n',
        "secret/input": "hunter33",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    return folder / "model.toml"


EVERY_FILE = (
    *("model.toml", "scripts/run.sh", "health/run.sh", "templates/greet.toml"),
    *("secret/password", "secret/print", "secret/input"),
)
FOLDERS = ("scripts", "health", "templates", "secret", ".")


def refusals(octotui: Call, model: Path, state: Path) -> set[str]:
    """What every verb says that would run a model; nothing of it begins."""
    said = [
        octotui(*call)
        for call in (
            ("check", model),
            ("run", model, "ok", "--state", state),
            ("plan", model, "ok"),
            ("serve", model, "--state", state),
            ("variables", model),
        )
    ]
    assert {(each.code, each.out) for each in said} == {(2, "")}
    assert not state.exists()
    return {each.err for each in said}


def test_files_of_ones_own_are_run(octotui: Call, model: Path, state: Path) -> None:
    assert octotui("check", model).err == ""
    assert octotui("run", model, "ok", "--state", state).code == 0


@pytest.mark.parametrize("name", [*EVERY_FILE, *FOLDERS])
def test_r9_what_everybody_can_write_is_refused_by_every_verb(
    octotui: Call, model: Path, state: Path, name: str
) -> None:
    path = model.parent / name
    path.chmod(0o777)
    (said,) = refusals(octotui, model, state)
    assert f"everybody can write to {path}: chmod o-w {path}.\n" in said
    (complaint, *_) = json.loads(octotui("check", "--json", model).out)["complaints"]
    assert f"chmod o-w {path}" in complaint["message"]
    path.chmod(0o755)
    assert octotui("check", model).code == 0


@ROOT_ONLY
@pytest.mark.parametrize("name", [*EVERY_FILE, *FOLDERS])
def test_r9_what_belongs_to_a_stranger_is_refused_until_the_user_trusts_them(
    octotui: Call, model: Path, state: Path, config: Path, name: str
) -> None:
    path = model.parent / name
    os.chown(path, STRANGER, -1)
    (said,) = refusals(octotui, model, state)
    assert f"{path} belongs to {STRANGER}, who is not trusted: " in said
    assert f"name {STRANGER} in trusted_owners of {config}.\n" in said
    config.parent.mkdir(parents=True)
    config.write_text(f'trusted_owners = ["{STRANGER}"]\n')
    assert octotui("run", model, "ok", "--state", state).code == 0
    config.write_text("trusted = 1\n")
    assert {each.count("\n") for each in refusals(octotui, model, state.with_name("other"))} == {1}


@ROOT_ONLY
def test_r9_what_a_group_can_write_is_a_warning_unless_it_is_the_access_group(
    octotui: Call, model: Path
) -> None:
    import grp

    group = grp.getgrgid(1).gr_name
    paths = [model.parent / name for name in (*EVERY_FILE, *FOLDERS)]
    for path in paths:
        os.chown(path, 0, 1)
        path.chmod(0o775)
    said = octotui("check", model)
    assert (said.code, said.out.endswith(f"; {len(paths)} warnings\n")) == (0, True)
    assert set(said.err.splitlines()) == {
        f"warning: {path}: The group {group} can change what is run here: chmod g-w {path}." for path in paths
    }
    warnings = json.loads(octotui("check", "--json", model).out)["warnings"]
    assert {each["file"] for each in warnings} == set(map(str, paths))
    model.write_text(model.read_text() + f'[access]\ngroup = "{group}"\n')
    assert octotui("check", model).err == ""


def test_r9_a_folder_of_packages_must_not_be_everybodys(octotui: Call, write: Call, tmp_path: Path) -> None:
    """Whoever owns it."""
    feed = tmp_path / "feed"
    feed.mkdir()
    model = write(OK, head='[feeds.local]\ndirectory = "feed"\n')
    if os.geteuid() == 0:
        os.chown(feed, STRANGER, -1)
    assert octotui("check", model).code == 0
    feed.chmod(0o777)
    assert octotui("check", model).err.endswith(
        f"feeds.local.directory: It is not used: everybody can write to {feed}: chmod o-w {feed}.\n"
    )
    feed.chmod(0o1777)
    assert f"everybody can put files into {feed}: use a folder of your own." in octotui("check", model).err


@pytest.mark.parametrize("table", ["workers.one", "targets.web"])
def test_r9_a_folder_that_scripts_are_run_in_must_not_be_everybodys(
    octotui: Call, write: Call, tmp_path: Path, table: str
) -> None:
    work = tmp_path / "work"
    roles = 'roles = ["web"]' if table.startswith("targets") else ""
    model = write(OK, head=f'[{table}]\ndirectory = "work/machine"\n{roles}\n')
    assert octotui("check", model).code == 0, "it is made when it is needed"
    work.mkdir()
    work.chmod(0o777)
    assert f"{table}.directory: It is not used: everybody can write to {work}:" in octotui("check", model).err


def test_r9_a_secret_whose_command_depends_on_where_we_stand_is_refused(
    octotui: Call, write: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "print").write_text("#!/bin/sh\necho hunter22\n")
    (tmp_path / "print").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f":{os.environ['PATH']}")
    head = "[variables]\nS = { sensitive = { command = ['%s'] } }\n"
    sentence = "It cannot be used: ./print would depend on the current directory: give its absolute path."
    assert sentence in octotui("check", write(OK, head=head % "./print")).err
    said = octotui("run", write(OK, head=head % "print"), "ok", "--state", tmp_path / "state")
    assert "S cannot be used: print cannot be started: No such file or directory" in said.out


def test_r9_a_model_that_becomes_everybodys_while_it_is_followed_changes_nothing(model: Path) -> None:
    import asyncio

    followed = ModelWatcher(model, read_model, read_model(model))

    def check() -> object:
        return asyncio.run(followed.check())

    script = model.parent / "scripts" / "run.sh"
    script.write_text("echo hostile")
    script.chmod(0o777)
    assert check() is None
    assert f"everybody can write to {script}: chmod o-w {script}" in followed.trouble
    script.chmod(0o755)
    assert check() is not None
    assert followed.trouble == ""
    model.parent.parent.chmod(0o777)
    assert check() is None
    assert f"chmod o-w {model.parent.parent}" in followed.trouble
    model.parent.parent.chmod(0o700)
    assert check() is not None


@ROOT_ONLY
def test_the_demo_and_shipped_templates_are_trusted_as_the_code_is(
    octotui: Call, write: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever installed octotui owns them; what everybody can write is refused there, too."""
    demo, shipped = tmp_path / "demo", tmp_path / "shipped"
    shutil.copytree(model_files.DEMO.parent, demo)
    shutil.copytree(templates.SHIPPED, shipped)
    monkeypatch.setattr(model_files, "DEMO", demo / "kraken.toml")
    monkeypatch.setattr(templates, "SHIPPED", shipped)
    for path in (demo, shipped, *demo.rglob("*"), *shipped.rglob("*")):
        os.chown(path, STRANGER, -1)
    model = write(TEMPLATE)
    assert octotui("plan").code == 2, "it asks which runbook"
    assert model_files.load_or_exit(None).space.name == "Kraken demo"
    assert octotui("check", model).code == 0
    (shipped / "slack-message.toml").chmod(0o666)
    assert "everybody can write to" in octotui("check", model).err
    demo.chmod(0o777)
    with pytest.raises(SystemExit):
        model_files.load_or_exit(None)


TEMPLATE = """
[[runbooks.tell.steps]]
name = "Tell"
pool = "setup"
template = "slack-message"
parameters = { Url = "#{Hook}", Text = "done" }
"""


@ROOT_ONLY
def test_r9_a_space_of_a_strangers_backup_is_not_made(
    octotui: Call, write: Call, state: Path, tmp_path: Path
) -> None:
    """What waits in it would be run."""
    copy, new = tmp_path / "copy.tar.gz", tmp_path / "new"
    octotui("run", write(OK), "ok", "--state", state)
    octotui("backup", write(OK), copy, "--state", state)
    os.chown(copy, STRANGER, -1)
    said = octotui("restore", copy, "--state", new)
    assert (said.code, said.out, new.exists()) == (2, "", False)
    assert said.err.startswith(
        f"octotui: not restored, since its waiting runs would start: {copy} belongs to {STRANGER}"
    )
    os.chown(copy, 0, -1)
    assert octotui("restore", copy, "--state", new).code == 0


@ROOT_ONLY
def test_r9_another_account_runs_what_root_owns_and_not_what_others_do(
    program: Callable[..., object], tmp_path: Path
) -> None:
    """As who uses a model that the machine's administrator keeps."""
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "model.toml").write_text(HEAD + OK)

        def check() -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [sys.executable, "-c", AS_NOBODY, str(folder / "model.toml")],
                env={**os.environ, "XDG_CONFIG_HOME": name},
                capture_output=True,
                text=True,
                check=False,
            )

        assert check().returncode == 0
        os.chown(folder / "model.toml", STRANGER, -1)
        assert f"belongs to {STRANGER}, who is not trusted" in check().stderr
        os.chown(folder / "model.toml", 65534, -1)
        assert check().returncode == 0


AS_NOBODY = """
import difflib, encodings.utf_8_sig, grp, pwd, os, sys
from octotui.cli.check_report import check
from octotui.model.toml import positions
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
check(sys.argv[1])
"""


def test_a_folder_as_a_model_has_the_refusals_of_all_its_files(model: Path) -> None:
    other = model.with_name("other.toml")
    other.write_text("")
    for each in (model, other):
        each.chmod(0o666)
    with pytest.raises(ModelError) as caught:
        read_model(model.parent)
    assert [each.file for each in caught.value.complaints] == [str(model), str(other)]
