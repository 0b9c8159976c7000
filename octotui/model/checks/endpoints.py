"""Endpoints, accounts and directories that contradict one another."""

from collections.abc import Iterator, Mapping

from octotui.model.complaints import Report
from octotui.model.machines.endpoints import CONTAINER, LOCAL, is_pod, ssh_endpoint
from octotui.model.space import Model, Target, Worker


def check_endpoints(model: Model, report: Report) -> None:
    """Report accounts that say nothing or are not used, users said twice, and directories that are here."""
    tables: Mapping[str, Mapping[str, Worker | Target]] = {
        "workers": model.workers,
        "targets": model.targets,
    }
    for table, declared in tables.items():
        for slug, machine in declared.items():
            for key, sentence in _problems(model, machine):
                report((table, slug, key), sentence)
    for slug, account in model.accounts.items():
        if not any((account.user, account.key, account.password, account.token)):
            report(("accounts", slug), "It says nothing; give it a user, a key or a password, or remove it.")


def _problems(model: Model, machine: Worker | Target) -> Iterator[tuple[str, str]]:
    """Yield the key and sentence of each problem of a worker or target."""
    is_container = machine.endpoint.startswith(CONTAINER)
    if machine.endpoint == LOCAL or is_container:
        if machine.account is not None:
            of = "its image says" if is_container else "octotui runs as"
            yield "account", f"This machine needs none: jobs run as the account that {of}; remove it."
        return
    if is_pod(machine.endpoint):
        if machine.account is not None:
            yield "account", "A pod needs none: jobs run as the account that its image says; remove it."
        return
    account = model.accounts.get(machine.account or "")
    if account is not None and (account.token or account.certificate):
        yield "account", f'The account "{machine.account}" is one of a Kubernetes cluster; name one of SSH.'
    named = ssh_endpoint(machine.endpoint).user
    if account is not None and account.user is not None and named not in (None, account.user):
        yield (
            "endpoint",
            f'The account "{machine.account}" is another user, {account.user}; keep one of them.',
        )
