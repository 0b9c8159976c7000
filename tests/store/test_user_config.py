"""R9: whom an account trusts beside itself and root, as only it may say."""

import os
from pathlib import Path

import pytest

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.store.user_config import config_file, file_trust

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
