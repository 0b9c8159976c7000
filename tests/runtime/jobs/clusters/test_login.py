"""W13, V5: what proves an account on a cluster, read for one job."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.model.machines.accounts import Account
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.values import Secret
from octotui.runtime.jobs.clusters import login
from octotui.runtime.jobs.secret_sources import UnreadableSecret, read_secret
from octotui.runtime.jobs.secret_store import SecretStore
from tests.world import World, model, on_targets, script

CLUSTER = Kubernetes(url="https://cluster", account="deployer")


def read(account: Account | None, cluster: Kubernetes = CLUSTER) -> dict[str, str]:
    accounts = {} if account is None else {"deployer": account}
    return asyncio.run(login.read_login(model({}, accounts=accounts), cluster, read_secret))


@pytest.fixture
def source(tmp_path: Path) -> Secret:
    (tmp_path / "secret").write_text("s3cret\n")
    return Secret(file=f"{tmp_path}/secret")


def test_w13_a_token(source: Secret) -> None:
    assert read(Account(token=source)) == {login.TOKEN: "s3cret"}


def test_w13_a_password(source: Secret) -> None:
    assert read(Account(user="ann", password=source)) == {login.PASSWORD: "s3cret"}


def test_w13_a_certificate_and_its_key_from_files_or_sources(source: Secret, tmp_path: Path) -> None:
    (tmp_path / "ann.crt").write_text("PEM\n")
    account = Account(certificate=f"{tmp_path}/ann.crt", key=source)
    assert read(account) == {login.CERTIFICATE: "PEM", login.KEY: "s3cret"}
    assert read(replace(account, key=f"{tmp_path}/ann.crt"))[login.KEY] == "PEM"


def test_w13_a_file_may_be_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").write_text("CA\n")
    assert read(None, replace(CLUSTER, ca="~/ca.pem")) == {login.AUTHORITY: "CA"}


@pytest.mark.parametrize(
    ("cluster", "account", "said"),
    [
        (CLUSTER, Account(token=Secret(env="OCTOTUI_TEST_NO_SUCH")), "the token of the account deployer"),
        (CLUSTER, Account(certificate="/nowhere/a.crt", key="/k"), "the certificate of the account deployer"),
        (replace(CLUSTER, ca="/nowhere/ca.pem"), None, "the certificate of the cluster's authority"),
    ],
)
def test_w13_what_cannot_be_read_is_named(cluster: Kubernetes, account: Account | None, said: str) -> None:
    with pytest.raises(UnreadableSecret, match=f"^{said} cannot be used: "):
        read(account, cluster)


def test_v5_w13_a_login_belongs_to_the_kubeconfig_alone() -> None:
    own, others = login.parted({login.TOKEN: "a", login.AUTHORITY: "b", "Password": "c"})
    assert (own, others) == ({login.TOKEN: "a", login.AUTHORITY: "b"}, {"Password": "c"})


def test_w13_a_prediction_reads_nothing() -> None:
    world = World(model({"go": [script("A"), on_targets("B", "web")]}))
    world.start("go")
    job = next(job for _, job in world.state.jobs.items())
    values = asyncio.run(login.values_with_login(SecretStore(None), world.state, job))
    assert values == {}
