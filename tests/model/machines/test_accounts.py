"""Accounts elsewhere, and the way to a machine with them."""

from pathlib import Path

import pytest

from octotui.model.iteration import environment_sources, secrets
from octotui.model.machines.accounts import Account, Endpoint, SshSettings
from octotui.model.toml.read import load
from octotui.model.toml.write import dump
from octotui.model.values import Secret
from tests.model.texts import model_of, only_complaint

TEXT = """
[pools.p]
workers = ["a", "b", "c"]
[workers.a]
endpoint = "ssh://web1:2222"
account = "deploy"
[workers.b]
endpoint = "ssh://web2"
[accounts.deploy]
user = "deploy"
key = "~/.ssh/id_deploy"
passphrase = { env = "DEPLOY_PASSPHRASE" }
[accounts.other]
key = { file = "key" }
password = { command = ["pass", "show", "web"] }
[ssh]
keep_alive = "3s"
"""


def test_m1_the_way_to_a_machine_has_its_account(tmp_path: Path) -> None:
    model = model_of(tmp_path, TEXT)
    account = Account(user="deploy", key="~/.ssh/id_deploy", passphrase=Secret(env="DEPLOY_PASSPHRASE"))
    settings = SshSettings(keep_alive=3.0)
    assert model.endpoint_of("a") == Endpoint("ssh://web1:2222", account, settings)
    assert model.endpoint_of("b") == Endpoint("ssh://web2", None, settings)
    assert model.endpoint_of("c") == model.endpoint_of("unknown") == Endpoint()
    assert model.endpoint_of("c").is_local
    assert model.accounts["other"].key == Secret(file=str(tmp_path / "key"))


def test_what_is_written_is_read_the_same(tmp_path: Path) -> None:
    model = model_of(tmp_path, TEXT)
    again = tmp_path / "again.toml"
    again.write_text(dump(model))
    assert load(again) == model


def test_v5_scripts_do_not_inherit_the_sources_of_accounts(tmp_path: Path) -> None:
    model = model_of(tmp_path, TEXT)
    assert environment_sources(model) == {"DEPLOY_PASSPHRASE": ("accounts", "deploy", "passphrase", "env")}
    assert [at[1:] for at, _ in secrets(model)] == [
        *(("deploy", "passphrase"), ("other", "key"), ("other", "password"))
    ]


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (
            'key = """-----BEGIN OPENSSH PRIVATE KEY-----\ns3cret\n"""\nuser = "a"',
            "Expected the path of a private key.",
        ),
        ('password = "s3cret"', "Expected a table such as { env = … }"),
        ('passphrase = { env = "S3CRET" }\nuser = "a"', '"passphrase" goes only with "key"'),
        ('key = "k"\nuser = "-oProxy"', "Expected the name of an account over there"),
    ],
)
def test_v5_what_an_account_cannot_be(tmp_path: Path, account: str, said: str) -> None:
    complaint = only_complaint(tmp_path, f"[accounts.a]\n{account}\n")
    assert said in complaint
    assert "s3cret" not in complaint
