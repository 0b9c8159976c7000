"""Kubernetes clusters as deployment targets, which workers with kubectl reach (W13)."""

import msgspec

KUBECTL = "kubectl"  # what a worker needs to reach a cluster


class Kubernetes(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster, by a `context` of the worker's own kubeconfig or by the `url` of its API, and a namespace.

    `account` is the slug of the account that works there, `ca` the path of the authority's certificate that
    the server's was made with, and `pool` the slug of the pool whose workers reach it. With `insecure` the
    server's certificate is not checked.
    """

    context: str | None = None
    url: str | None = None
    ca: str | None = None
    namespace: str = "default"
    account: str | None = None
    pool: str | None = None
    insecure: bool = False

    @property
    def cluster(self) -> str:
        """The cluster as it is shown: its URL, or its context."""
        return self.url or self.context or ""

    @property
    def shown(self) -> str:
        """The cluster and the namespace, for lists: `https://cluster:6443/shop`, `staging/shop`."""
        return f"{self.cluster.rstrip('/')}/{self.namespace}"
