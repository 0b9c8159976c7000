"""W13, V5: the kubeconfig that a script on a Kubernetes target gets."""

import base64
import json

import pytest

from octotui.model.machines.accounts import Account
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import HealthCheck, Script
from octotui.model.space import Model, Target
from octotui.runtime.jobs.clusters.kubeconfig import (
    CHECK,
    KUBECONFIG,
    WANTED,
    kubeconfig,
    on_cluster,
    script_on,
)
from octotui.runtime.jobs.clusters.login import AUTHORITY, CERTIFICATE, KEY, PASSWORD, TOKEN
from octotui.workers.executor import AttemptSpec
from tests.world import model, on_targets

URL = Kubernetes(url="https://cluster:6443", namespace="shop", account="deployer")
SPEC = AttemptSpec(job="j", attempt=1, run="r", worker="w", directory="/d", shell="sh", script="true")


def space(cluster: Kubernetes) -> Model:
    targets = {
        "cluster": Target(name="Cluster", roles=("k8s",), kubernetes=cluster),
        "web": Target(name="Web", roles=("web",)),
    }
    return model({}, targets=targets, accounts={"deployer": Account(user="ann")})


def encoded(text: str) -> str:
    return base64.b64encode(f"{text}\n".encode()).decode()


@pytest.mark.parametrize(
    ("login", "user"),
    [
        ({TOKEN: "s3cret"}, {"token": "s3cret"}),
        (
            {CERTIFICATE: "PEM", KEY: "KEY"},
            {"client-certificate-data": encoded("PEM"), "client-key-data": encoded("KEY")},
        ),
        ({PASSWORD: "s3cret"}, {"username": "ann", "password": "s3cret"}),
    ],
)
def test_w13_an_account_by_what_proves_it(login: dict[str, str], user: dict[str, str]) -> None:
    config = json.loads(kubeconfig(URL, Account(user="ann"), login | {AUTHORITY: "CA"}))
    assert config["users"] == [{"name": "octotui", "user": user}]
    assert config["clusters"][0]["cluster"] == {
        "server": "https://cluster:6443",
        "certificate-authority-data": encoded("CA"),
    }
    assert config["contexts"][0]["context"] == {
        "cluster": "octotui",
        "user": "octotui",
        "namespace": "shop",
    }
    assert config["current-context"] == "octotui"


def test_w13_a_certificate_is_checked_unless_the_model_says_otherwise() -> None:
    (cluster,) = json.loads(kubeconfig(URL, None, {}))["clusters"]
    assert "insecure-skip-tls-verify" not in cluster["cluster"]
    insecure = Kubernetes(url="https://cluster", insecure=True)
    (cluster,) = json.loads(kubeconfig(insecure, None, {}))["clusters"]
    assert cluster["cluster"]["insecure-skip-tls-verify"] is True


def test_w13_of_a_context_only_the_user_is_said() -> None:
    config = json.loads(kubeconfig(Kubernetes(context="staging"), None, {}))
    assert config == {"apiVersion": "v1", "kind": "Config", "users": []}
    config = json.loads(kubeconfig(Kubernetes(context="staging"), None, {TOKEN: "s3cret"}))
    assert config["users"][0]["user"] == {"token": "s3cret"}


def test_v5_w13_a_login_is_in_the_kubeconfig_alone() -> None:
    work = on_cluster(SPEC, space(URL), "cluster", {TOKEN: "s3cret"})
    assert work.environment == {WANTED: "1"}
    assert {name for name, value in work.values.items() if "s3cret" in value} == {KUBECONFIG}
    assert work.values["Octopus.Action.Kubernetes.ClusterUrl"] == "https://cluster:6443"
    assert work.values["Octopus.Account.Username"] == "ann"
    assert work.needs == ("kubectl",)
    assert on_cluster(work, space(URL), "cluster", {}).needs == ("kubectl",)


def test_w13_scripts_elsewhere_are_as_they_were() -> None:
    assert on_cluster(SPEC, space(URL), "web", {}) is SPEC
    assert on_cluster(SPEC, space(URL), "", {}) is SPEC


def test_w13_a_health_check_without_a_script_looks_for_the_namespace() -> None:
    step = on_targets("Check", "k8s", action=HealthCheck())
    assert script_on(space(URL), "cluster", step) is CHECK
    assert script_on(space(URL), "web", step) is None
    assert script_on(space(URL), None, step) is None
    own = on_targets("Check", "k8s", action=HealthCheck(script=Script(body="true")))
    assert script_on(space(URL), "cluster", own) is None
    assert script_on(space(URL), "cluster", on_targets("Deploy", "k8s", action=Script(body=""))) is None
