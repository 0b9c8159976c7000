"""W13: Kubernetes targets as they are written."""

from pathlib import Path

import pytest

from octotui.model.machines.kubernetes import Kubernetes
from tests.model.texts import model_of, only_complaint

TARGET = '[targets.cluster]\nroles = ["k8s"]\nkubernetes = { %s }\n'
TOKEN = '[accounts.deployer]\ntoken = { env = "TOKEN" }\n'


def test_w13_a_cluster_by_its_address(tmp_path: Path) -> None:
    text = 'url = "https://cluster:6443", ca = "ca.pem", namespace = "shop", account = "deployer", pool = "p"'
    model = model_of(tmp_path, TOKEN + '[pools.p]\nworkers = ["a"]\n' + TARGET % text)
    cluster = model.cluster_of("cluster")
    assert cluster == Kubernetes(
        url="https://cluster:6443",
        ca=str(tmp_path / "ca.pem"),
        namespace="shop",
        account="deployer",
        pool="p",
    )
    assert (cluster.cluster, cluster.shown) == ("https://cluster:6443", "https://cluster:6443/shop")
    assert model.policy_of(model.targets["cluster"]).every == 3600.0  # as what is elsewhere


def test_w13_a_cluster_by_a_context_of_its_worker(tmp_path: Path) -> None:
    model = model_of(tmp_path, TARGET % 'context = "staging"')
    assert model.targets["cluster"].kubernetes == Kubernetes(context="staging")
    assert (model.cluster_of("nobody"), model.cluster_of(None)) == (None, None)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", 'One of "context", "url" is missing.'),
        ('context = "a", url = "https://b"', '"url" does not go with "context"'),
        ('url = "http://cluster"', "Expected the address of a cluster's API"),
        ('url = "https://ann:secret@cluster"', "Expected the address of a cluster's API"),
        ('context = "--kubeconfig=/etc/passwd"', "Expected a context of a kubeconfig"),
        ('context = "a", namespace = "Shop"', "Expected a namespace"),
        ('context = "a", namespace = "-n"', "Expected a namespace"),
        ('context = "a", ca = "ca.pem"', '"ca" goes only with "url"'),
        ('context = "a", insecure = true', '"insecure" goes only with "url"'),
        ('context = "a", account = "nobody"', 'There is no account "nobody"'),
        ('context = "a", pool = "nobody"', 'There is no pool "nobody"'),
        ('context = "a", names = "x"', '"names" is not known here'),
    ],
)
def test_w13_what_cannot_be_is_told_in_a_sentence(tmp_path: Path, table: str, said: str) -> None:
    assert said in only_complaint(tmp_path, TARGET % table)


@pytest.mark.parametrize("key", ['endpoint = "ssh://web1"', 'directory = "/srv"'])
def test_w13_a_cluster_has_no_machine(tmp_path: Path, key: str) -> None:
    text = TARGET % 'context = "a"' + f"{key}\n"
    assert '"kubernetes" does not go with' in only_complaint(tmp_path, text)
