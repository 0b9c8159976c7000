"""Kubernetes targets whose account cannot work there, and steps that a cluster has no place for (W13)."""

from collections.abc import Iterator

from octotui.model.complaints import Report
from octotui.model.iteration import steps_with_roles
from octotui.model.machines.kubernetes import Kubernetes
from octotui.model.process import Package, Step
from octotui.model.space import Model


def check_kubernetes(model: Model, report: Report) -> None:
    """Report accounts that no cluster knows, names that differ from the user, and packages to install."""
    for slug, target in model.targets.items():
        if target.kubernetes is not None:
            if slug in model.workers:
                report(("targets", slug), "A worker is called so, and no cluster is one; rename one of them.")
            for key, sentence in _problems(model, target.kubernetes):
                report(("targets", slug, "kubernetes", key), sentence)
    for at, step in steps_with_roles(model):
        cluster = _installed_on(model, step)
        if cluster is not None:
            report(
                (*at, "package"),
                f'The target "{cluster}" is a Kubernetes cluster, where no package is installed; write a'
                " script or a template that uses it, with packages = [...].",
            )


def _problems(model: Model, cluster: Kubernetes) -> Iterator[tuple[str, str]]:
    """Yield the key and sentence of each problem of a cluster."""
    account = model.accounts.get(cluster.account or "")
    if account is not None:
        knows = account.token or account.certificate or (account.user and account.password)
        if not knows:
            yield (
                "account",
                f'A cluster does not know "{cluster.account}"; give it a token, a certificate and its key, or'
                " a user and a password.",
            )
        if account.passphrase is not None:
            yield "account", "kubectl takes no key that has a passphrase; name an account whose key has none."
    elif cluster.account is None and cluster.url is not None:
        yield "url", "It names no account, so that nobody may do anything there; name one, or use a context."


def _installed_on(model: Model, step: Step) -> str | None:
    """Return the Kubernetes target on which a step would install a package, or None."""
    if step.on == "worker" or not isinstance(step.action, Package):
        return None
    found = (slug for slug, each in model.targets.items() if each.kubernetes and each.has_role_of(step.roles))
    return next(found, None)
