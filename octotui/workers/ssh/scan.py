"""Host keys as hosts show them, on the way to a machine and there, before anybody logs in."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncssh

from octotui.model.machines.accounts import Endpoint, SshSettings
from octotui.model.machines.endpoints import ssh_endpoint
from octotui.store.errors import StoreError
from octotui.workers.machine import Unreachable
from octotui.workers.ssh.connector import Hops, SshConnector, Way, circular, options_of
from octotui.workers.ssh.host_keys import HOST, REVOKED, entry_name, known_hosts
from octotui.workers.ssh.problems import key_text, sentence

KINDS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""Algorithms of host keys; a host shows one of each kind that it has."""

HANGS_UP = (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost, ConnectionResetError, BrokenPipeError)
REVOKED_KEY = (
    "{} shows a host key that is revoked: {}; make it a new one there: what @revoked in known_hosts names"
    " is never trusted"
)


class ShownHost(NamedTuple):
    """A host and its keys (`ALGORITHM KEY`) with fingerprints: whether they are known, or other ones are."""

    entry: str
    place: str
    keys: tuple[str, ...]
    fingerprints: tuple[str, ...]
    is_known: bool
    has_changed: bool
    is_hop: bool


async def shown_hosts(connector: SshConnector, endpoint: Endpoint) -> AsyncIterator[ShownHost]:
    """Yield the hosts on the way to a machine, and the machine; each has to be known before the next one.

    Raises Unreachable.
    """
    named = ssh_endpoint(endpoint.address)
    way = await connector.way(named, named.user)
    async for host in _along(connector, way, endpoint.ssh):
        yield host._replace(is_hop=host.place != way.place.shown)


async def _along(
    connector: SshConnector, way: Way, settings: SshSettings, path: Hops = ()
) -> AsyncIterator[ShownHost]:
    """Yield the hosts on a way and the one it leads to; `path` are the hops followed so far."""
    hops = [hop.strip() for hop in way.hops.split(",")] if way.hops else []
    for number, hop in enumerate(hops):
        if not number and hop in path:
            raise circular(way)
        named = ssh_endpoint(hop)
        before = await connector.way(named, named.user)
        if number:  # the hops before it lead to it, whatever the configuration says of itself
            before = before._replace(hops=",".join(hops[:number]))
            yield await _shown(connector, before, settings)
        else:
            async for host in _along(connector, before, settings, (*path, hop)):
                yield host
    yield await _shown(connector, way, settings)


async def _shown(connector: SshConnector, way: Way, settings: SshSettings) -> ShownHost:
    """Ask a host for its keys. Raises Unreachable."""
    tunnel = await connector.tunnel(way, settings)
    given = options_of(way)
    given.pop("username", None)
    found: list[asyncssh.SSHKey] = []
    last: Exception | None = None
    for kind in KINDS:
        asking = asyncssh.get_server_host_key(tunnel=tunnel, server_host_key_algs=kind, **given)
        try:
            key = await asyncio.wait_for(asking, settings.timeout)
        except HANGS_UP as error:
            last = error  # it has none of this kind, and may hang up for that
            continue
        except Exception as error:
            raise Unreachable(sentence(error, way.place, settings.timeout)) from None
        if key is not None:
            found.append(key)
    if not found:
        raise Unreachable(sentence(last or TimeoutError(), way.place, settings.timeout))
    return _judged(way, found)


def _judged(way: Way, found: list[asyncssh.SSHKey]) -> ShownHost:
    """Compare the keys of a host with those that are known. Raises Unreachable."""
    host, port = way.options.host_key_alias or way.options.host, way.options.port
    outside = None if port == asyncssh.DEFAULT_PORT else port
    try:
        lists = known_hosts(way.options.config)(host, "", outside)
    except StoreError as problem:
        raise Unreachable(str(problem)) from None
    if revoked := [key for key in found if key in lists[REVOKED]]:
        raise Unreachable(REVOKED_KEY.format(way.place.shown, ", ".join(map(key_text, revoked))))
    known = lists[HOST]  # those of authorities sign keys of hosts, and are none
    is_known = any(key in known for key in found)
    kinds = {key.algorithm for key in found}
    keys = [key.export_public_key("openssh").decode().split() for key in found]
    return ShownHost(
        entry=entry_name(host, outside),
        place=way.place.shown,
        keys=tuple(" ".join(each[:2]) for each in keys),
        fingerprints=tuple(map(key_text, found)),
        is_known=is_known,
        has_changed=(bool(known) and not is_known)
        or any(key not in found and key.algorithm in kinds for key in known),
        is_hop=False,
    )
