"""The variables of a Kubernetes target, by the names that Octopus gives them (W13, V1)."""

from octotui.model.machines.kubernetes import Kubernetes


def cluster_values(cluster: Kubernetes) -> dict[str, str]:
    """Return what scripts on a cluster may know of it; nothing of its account is among them."""
    values = {
        "Octopus.Action.Kubernetes.Namespace": cluster.namespace,
        "Octopus.Action.Kubernetes.SkipTlsVerification": str(cluster.insecure),
    }
    if cluster.url is not None:
        values["Octopus.Action.Kubernetes.ClusterUrl"] = cluster.url
    if cluster.context is not None:
        values["Octopus.Action.Kubernetes.Context"] = cluster.context
    return values
