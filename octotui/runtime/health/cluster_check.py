"""Checks of Kubernetes targets: the script that a worker runs, and what kubectl says, in a sentence."""

import re

from msgspec.structs import replace

from octotui.engine.state import Outcome
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.space import Model
from octotui.runtime.health.check_script import CheckVerdict, own_spec, shortened, values, verdict
from octotui.runtime.jobs.clusters.kubeconfig import CHECK, on_cluster
from octotui.workers.executor import AttemptSpec

_AWAY = re.compile(
    r"was refused|no such host|no route to host|connection reset|unable to connect|i/o timeout"
    r"|deadline exceeded|TLS handshake timeout|network is unreachable|\bEOF\b|ServiceUnavailable"
    r"|Client\.Timeout",
    re.IGNORECASE,
)


def reaching_spec(
    model: Model, target: str, worker: str, directory: str, login: dict[str, str]
) -> AttemptSpec:
    """Return the spec of the script that looks whether a cluster answers and lets its account in."""
    spec = own_spec(model, target, directory, "sh", CHECK.body)
    return with_login(replace(spec, values=values(model, target)), model, target, worker, login)


def with_login(
    spec: AttemptSpec, model: Model, target: str, worker: str, login: dict[str, str]
) -> AttemptSpec:
    """Return the spec of a check's script with the kubeconfig of its cluster."""
    declared = model.workers.get(worker)
    name = worker if declared is None else declared.name
    known = {"Octopus.Worker.Id": worker, "Octopus.Worker.Name": name}
    environment = {**spec.environment, "Octopus_Worker_Name": name}
    spec = replace(spec, values={**spec.values, **known}, environment=environment)
    return replace(on_cluster(spec, model, target, login), needs=())  # its kubeconfig says what is missing


def cluster_verdict(outcome: Outcome, error: str, cluster: Kubernetes, worker: str) -> CheckVerdict:
    """Return how a cluster is by what kubectl said on a worker."""
    found = verdict(outcome, error)
    said = shortened(found.reason)
    if found.health in ("healthy", "has-warnings", "unavailable"):
        return found
    where, account = cluster.cluster, cluster.account or "the account of its context"
    if "x509" in said or "certificate" in said.lower():
        return _unhealthy(f"the certificate of {where} is not trusted: give its authority's, ca = …", said)
    if _AWAY.search(said):
        return CheckVerdict(
            "unavailable", shortened(f"the API server of {where} did not answer {worker}: {said}")
        )
    if "Unauthorized" in said or "logged in" in said or "provide credentials" in said:
        return _unhealthy(
            f"{where} does not know {account}: see where its token or certificate is read", said
        )
    if "Forbidden" in said or "forbidden" in said:
        return _unhealthy(f"the namespace {cluster.namespace} is forbidden to {account}", said)
    if "NotFound" in said:
        return _unhealthy(f"{where} has no namespace {cluster.namespace}: make it, or name another one", said)
    return found


def _unhealthy(reason: str, said: str) -> CheckVerdict:
    return CheckVerdict("unhealthy", shortened(f"{reason} ({said})"))
