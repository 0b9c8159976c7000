"""W13: accounts that no cluster knows, and steps that a cluster has no place for."""

from pathlib import Path

import pytest

from tests.model.texts import model_of, only_complaint

TARGET = '[targets.cluster]\nroles = ["k8s"]\nkubernetes = { url = "https://c", account = "a" }\n'
CONTEXT = '[targets.cluster]\nroles = ["k8s"]\nkubernetes = { context = "c" }\n'
STEP = '[[runbooks.r.steps]]\nname = "S"\nroles = ["k8s"]\n'


@pytest.mark.parametrize(
    "account",
    [
        'token = { env = "T" }',
        'certificate = "a.crt"\nkey = "a.key"',
        'user = "ann"\npassword = { env = "P" }',
    ],
)
def test_w13_what_a_cluster_knows_an_account_by(tmp_path: Path, account: str) -> None:
    assert model_of(tmp_path, f"[accounts.a]\n{account}\n{TARGET}").accounts["a"] is not None


@pytest.mark.parametrize("account", ['user = "ann"', 'key = "a.key"', 'password = { env = "P" }'])
def test_w13_an_account_of_ssh_is_none_of_a_cluster(tmp_path: Path, account: str) -> None:
    assert 'A cluster does not know "a"' in only_complaint(tmp_path, f"[accounts.a]\n{account}\n{TARGET}")


def test_w13_and_an_account_of_a_cluster_is_none_of_ssh(tmp_path: Path) -> None:
    text = (
        '[accounts.a]\ntoken = { env = "T" }\n[pools.p]\nworkers = ["w"]\n[workers.w]\n'
        'endpoint = "ssh://web1"\naccount = "a"\n'
    )
    assert "is one of a Kubernetes cluster" in only_complaint(tmp_path, text)


def test_w13_an_address_needs_an_account(tmp_path: Path) -> None:
    text = '[targets.cluster]\nroles = ["k8s"]\nkubernetes = { url = "https://c" }\n'
    assert "It names no account" in only_complaint(tmp_path, text)


def test_w13_no_package_is_installed_on_a_cluster(tmp_path: Path) -> None:
    text = f'[feeds.f]\ndirectory = "."\n{CONTEXT}{STEP}package = "web"\n'
    assert "where no package is installed" in only_complaint(tmp_path, text)


@pytest.mark.parametrize(
    "step",
    [
        f'{STEP}pool = "p"\nscript = "kubectl get pods"\n',
        f'{STEP}[[runbooks.r.steps.steps]]\nname = "Child"\npool = "p"\nscript = "true"\n',
    ],
)
def test_w13_a_step_on_a_cluster_may_name_a_pool(tmp_path: Path, step: str) -> None:
    pool = '[pools.p]\nworkers = ["w"]\n'
    assert model_of(tmp_path, pool + CONTEXT + step).runbooks
    machine = '[targets.cluster]\nroles = ["k8s"]\n'
    assert "It runs on its targets and has no worker" in only_complaint(tmp_path, pool + machine + step)
