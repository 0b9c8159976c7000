"""Logins on Kubernetes clusters: what proves an account, read for one job or check, as sensitive values."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from octotui.engine.state import Job, State
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.space import Model
from octotui.model.values import Secret
from octotui.runtime.jobs.secret_sources import UnreadableSecret, read_file
from octotui.runtime.jobs.secret_store import SecretStore

PREFIX = "Octopus.Account."
TOKEN, PASSWORD = f"{PREFIX}Token", f"{PREFIX}Password"
CERTIFICATE, KEY = f"{PREFIX}Certificate", f"{PREFIX}PrivateKey"
AUTHORITY = f"{PREFIX}CertificateAuthority"

Read = Callable[[Secret], Awaitable[str]]


async def values_with_login(store: SecretStore, state: State, job: Job) -> dict[str, str] | None:
    """Return the sensitive values of a job, with those of its login on a cluster; None once it was stopped.

    Raises UnreadableSecret.
    """
    values, cluster = await store.values(state, job), state.model.cluster_of(job.target)
    if values is None or cluster is None:
        return values
    read = store.reader(state.model)
    return values if read is None else values | await read_login(state.model, cluster, read)


async def read_login(model: Model, cluster: Kubernetes, read: Read) -> dict[str, str]:
    """Return what proves a cluster's account, and its server's authority; raises UnreadableSecret."""
    account = model.accounts.get(cluster.account or "")
    login: dict[str, str] = {}
    if cluster.ca is not None:
        login[AUTHORITY] = await _file(cluster.ca, "the certificate of the cluster's authority")
    if account is None:
        return login
    sources = {TOKEN: account.token, PASSWORD: account.password, CERTIFICATE: account.certificate}
    if account.certificate is not None:
        sources[KEY] = account.key
    for name, source in sources.items():
        what = f"the {name.removeprefix(PREFIX).lower()} of the account {cluster.account}"
        if isinstance(source, Secret):
            login[name] = await _secret(source, what, read)
        elif source is not None:
            login[name] = await _file(source, what)
    return login


def parted(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values of a login, which are for the kubeconfig alone, and all others."""
    names = (TOKEN, PASSWORD, CERTIFICATE, KEY, AUTHORITY)
    login = {name: value for name, value in values.items() if name in names}
    return login, {name: value for name, value in values.items() if name not in names}


async def _secret(source: Secret, what: str, read: Read) -> str:
    try:
        return await read(source)
    except UnreadableSecret as problem:
        raise UnreadableSecret(f"{what} cannot be used: {problem}") from None


async def _file(path: str, what: str) -> str:
    try:
        return await asyncio.to_thread(read_file, os.path.expanduser(path))  # noqa: PTH111
    except UnreadableSecret as problem:
        raise UnreadableSecret(f"{what} cannot be used: {problem}") from None
