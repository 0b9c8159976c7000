"""W13: what scripts on a cluster know of it, by Octopus' names."""

from octotui.engine.rules.targets.cluster_values import cluster_values
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.system_variables import is_system_variable


def test_w13_a_cluster_by_its_address() -> None:
    values = cluster_values(Kubernetes(url="https://cluster:6443", namespace="shop", insecure=True))
    assert values == {
        "Octopus.Action.Kubernetes.Namespace": "shop",
        "Octopus.Action.Kubernetes.SkipTlsVerification": "True",
        "Octopus.Action.Kubernetes.ClusterUrl": "https://cluster:6443",
    }


def test_w13_a_cluster_by_a_context() -> None:
    values = cluster_values(Kubernetes(context="staging"))
    assert values["Octopus.Action.Kubernetes.Context"] == "staging"
    assert values["Octopus.Action.Kubernetes.Namespace"] == "default"
    assert "Octopus.Action.Kubernetes.ClusterUrl" not in values


def test_v1_all_are_known_as_system_variables() -> None:
    both = cluster_values(Kubernetes(context="staging")) | cluster_values(Kubernetes(url="https://c"))
    assert all(map(is_system_variable, both))
