"""The kubeconfig of a script on a Kubernetes target, which its shell writes into its workspace (W13).

It is a value of the script, by the name of KUBECONFIG, and never in its environment. Where the cluster is a
context of the worker's account, `kubeconfig.sh` takes that context from there.
"""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from octotui.engine.rules.targets.cluster_values import cluster_values
from octotui.model.machines.accounts import Account
from octotui.model.machines.kubernetes import KUBECTL, Kubernetes
from octotui.model.process import HealthCheck, Script, Step
from octotui.model.space import Model
from octotui.runtime.jobs.clusters.login import AUTHORITY, CERTIFICATE, KEY, PASSWORD, TOKEN
from octotui.workers.executor import AttemptSpec

KUBECONFIG = "Octopus.Action.Kubernetes.Kubeconfig"
WANTED = "OCTOTUI_KUBERNETES"  # has the helper functions write the file before the script begins
NAME = "octotui"  # of cluster, user and context
CHECK = Script(
    shell="sh",
    verbatim=True,
    body="""\
look="/api/v1/namespaces/$(get_octopusvariable Octopus.Action.Kubernetes.Namespace)"
if ! said=$(kubectl get --raw "$look" --request-timeout=20s 2>&1); then fail_healthcheck "$said"; fi
""",
)
"""Looks whether a cluster answers, knows its account and lets it see its namespace."""


def kubeconfig(cluster: Kubernetes, account: Account | None, login: Mapping[str, str]) -> str:
    """Return a kubeconfig as JSON, which is YAML; for a context of the worker's it has the user alone."""
    user = _user(account, login)
    config: dict[str, Any] = {"apiVersion": "v1", "kind": "Config"}
    config["users"] = [{"name": NAME, "user": user}] if user else []
    if cluster.url is not None:
        context = {"cluster": NAME, "user": NAME, "namespace": cluster.namespace}
        config["clusters"] = [{"name": NAME, "cluster": _server(cluster, login)}]
        config["contexts"] = [{"name": NAME, "context": context}]
        config["current-context"] = NAME
    return msgspec.json.encode(config).decode()


def on_cluster(work: AttemptSpec, model: Model, target: str, login: Mapping[str, str]) -> AttemptSpec:
    """Return the spec of a script with the kubeconfig of its target, and the values that go with it."""
    cluster = model.cluster_of(target)
    if cluster is None:
        return work
    account = model.accounts.get(cluster.account or "")
    values = {
        **work.values,
        **cluster_values(cluster),
        KUBECONFIG: kubeconfig(cluster, account, login),
        **({"Octopus.Account.Username": account.user} if account is not None and account.user else {}),
    }
    return msgspec.structs.replace(
        work,
        values=values,
        environment={**work.environment, WANTED: "1"},
        needs=(*work.needs, *(each for each in (KUBECTL,) if each not in work.needs)),
    )


def script_on(model: Model, target: str | None, step: Step) -> Script | None:
    """Return the script of a health check that has none of its own, where its target is a cluster."""
    is_check = isinstance(step.action, HealthCheck) and not step.action.script.body.strip()
    return CHECK if is_check and model.cluster_of(target) is not None else None


def _server(cluster: Kubernetes, login: Mapping[str, str]) -> dict[str, Any]:
    server: dict[str, Any] = {"server": cluster.url}
    if AUTHORITY in login:
        server["certificate-authority-data"] = _base64(login[AUTHORITY])
    return server | ({"insecure-skip-tls-verify": True} if cluster.insecure else {})


def _user(account: Account | None, login: Mapping[str, str]) -> dict[str, str]:
    """Return what proves an account; empty without one."""
    if TOKEN in login:
        return {"token": login[TOKEN]}
    if CERTIFICATE in login:
        data = {"client-certificate-data": login[CERTIFICATE], "client-key-data": login.get(KEY, "")}
        return {name: _base64(value) for name, value in data.items()}
    if PASSWORD in login and account is not None:
        return {"username": account.user or "", "password": login[PASSWORD]}
    return {}


def _base64(text: str) -> str:
    """Encode a PEM, whose last line ends as all others do."""
    return base64.b64encode(f"{text}\n".encode()).decode("ascii")
