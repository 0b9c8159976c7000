"""Endpoints as they are written: `local`, `ssh://[USER@]HOST[:PORT]`, `container://NAME`, `kubectl://CONTEXT/…`."""

import re
from contextlib import suppress
from ipaddress import ip_address

import msgspec

LOCAL = "local"  # the endpoint of workers and targets that are this machine
SCHEME = "ssh://"
CONTAINER = "container://"  # followed by the name of a container of this machine
POD = "kubectl://"  # followed by context, namespace and name of a pod of a cluster
MOST = 65535  # the largest port
PORT = 22  # where none is said

_USER = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*\$?"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.\-]*"
_HOST = r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?"
_ADDRESS = r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.\-]+)?\]"
_PORT = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_CONTEXT = r"[A-Za-z0-9][A-Za-z0-9_.@:\-]*"
_OBJECT = r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?"

USER = _USER
ENDPOINT = (
    rf"{LOCAL}|{SCHEME}(?:{_USER}@)?(?:{_HOST}|{_ADDRESS})(?::(?:{_PORT}))?|{CONTAINER}{_NAME}"
    rf"|{POD}{_CONTEXT}/{_OBJECT}/{_OBJECT}"
)
"""The pattern of an endpoint."""


class SshEndpoint(msgspec.Struct, frozen=True):
    """A machine that SSH reaches: its name, address or alias, and what the endpoint says beside it."""

    host: str
    port: int | None = None
    user: str | None = None

    @property
    def shown(self) -> str:
        """Host and port, for messages."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def ssh_endpoint(endpoint: str) -> SshEndpoint:
    """Return the parts of an endpoint that is valid and not local."""
    user, _, place = endpoint.removeprefix(SCHEME).rpartition("@")
    host, port = _split(place)
    return SshEndpoint(host.strip("[]"), int(port) if port else None, user or None)


def place(endpoint: str) -> str:
    """Return what all endpoints of one machine and port have in common; no name is looked up."""
    if not endpoint.startswith(SCHEME):
        return endpoint
    named = ssh_endpoint(endpoint)
    host = named.host.lower().rstrip(".")
    with suppress(ValueError):
        host = str(ip_address(host))
    return SCHEME + SshEndpoint(host, named.port or PORT).shown


def container_name(endpoint: str) -> str:
    """Return the name of the container of an endpoint that is one."""
    return endpoint.removeprefix(CONTAINER)


class PodEndpoint(msgspec.Struct, frozen=True):
    """A pod of a cluster: a context of octotui's own kubeconfig, the namespace, and the pod's name."""

    context: str
    namespace: str
    name: str


def is_pod(endpoint: str) -> bool:
    """Return whether an endpoint is that of a pod."""
    return endpoint.startswith(POD)


def pod_endpoint(endpoint: str) -> PodEndpoint:
    """Return the parts of an endpoint of a pod that is valid."""
    return PodEndpoint(*endpoint.removeprefix(POD).split("/"))


def endpoint_problem(raw: str) -> str:
    """Return why a text is no endpoint and what to write instead, or `""`; no password is repeated."""
    if re.fullmatch(ENDPOINT, raw):
        return ""
    if raw.startswith(CONTAINER):
        return 'The name of a container has letters, digits, "-", "_" and "." alone; write it like that.'
    if is_pod(raw):
        return f'A pod is named by context, namespace and name, such as "{POD}staging/build/worker-1".'
    if not raw.startswith(SCHEME):
        scheme = raw.partition("://")[0]
        if "://" in raw and re.fullmatch("[a-z0-9+]+", scheme):
            return f'There is no way to machines by "{scheme}"; write "local", "ssh://user@host" or "container://name".'
        return 'Expected "local", which is this machine, or a way such as "ssh://user@host:22".'
    user, at, place = raw.removeprefix(SCHEME).rpartition("@")
    host, port = _split(place)
    problems = (
        _of_user(user) if at else "",
        _of_option(host),
        _of_place(place),
        _of_host(host),
        _of_port(port),
    )
    return next(filter(None, problems), 'Expected a way such as "ssh://user@host:22".')


def _split(place: str) -> tuple[str, str]:
    """Split a host, or an address in brackets, from the port."""
    if place.startswith("["):
        host, _, port = place.partition("]")
        return f"{host}]", port.removeprefix(":")
    host, _, port = place.rpartition(":")
    return (host, port) if host else (port, "")


def _of_user(user: str) -> str:
    if ":" in user:
        return 'A password never stands in a model: name an account that has it, such as account = "deploy".'
    if not re.fullmatch(_USER, user):
        return "The user before @ has characters that names of accounts do not have; write it without them."
    return ""


def _of_place(place: str) -> str:
    if "/" in place:
        return "Nothing follows host and port; remove what begins with the slash."
    if not place:
        return 'It names no host; write one, such as "ssh://web1".'
    if not place.startswith("[") and place.count(":") > 1:
        return 'An IPv6 address is written in brackets, such as "ssh://[fe80::1]:22".'
    return ""


def _of_option(host: str) -> str:
    return 'No host has a name that begins with "-", as an option of a program does.' * host.startswith("-")


def _of_host(host: str) -> str:
    if not re.fullmatch(f"{_HOST}|{_ADDRESS}", host):
        return "The host has characters that names of hosts do not have; write its name, address or alias."
    return ""


def _of_port(port: str) -> str:
    if port and not re.fullmatch(_PORT, port):
        return f"The port is a number from 1 to {MOST}."
    return ""
