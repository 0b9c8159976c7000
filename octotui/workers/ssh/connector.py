"""Makes connections: host keys are checked, hops are shared, and few are made at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

import asyncssh

from octotui.model.machines.accounts import Endpoint, SshSettings
from octotui.model.machines.endpoints import SshEndpoint, ssh_endpoint
from octotui.model.values import Secret
from octotui.store.errors import StoreError
from octotui.workers.machine import Locked, Unreachable
from octotui.workers.ssh.connection import SshClient, SshConnection
from octotui.workers.ssh.host_keys import KnownHosts, known_hosts
from octotui.workers.ssh.login import config_files, credentials, locked_own_keys, own_keys, unlocked
from octotui.workers.ssh.passphrases import Passphrases
from octotui.workers.ssh.problems import Destination, reason_of, refused, sentence, unverified

UNANSWERED = 2  # questions whether a machine is there: the next one ends the connection
CIPHERS = "^aes256-gcm@openssh.com,aes128-gcm@openssh.com"  # come first: half the cost of chacha20 here
OWN_LOCKED = (
    "{} may be one and has a passphrase: give it in the app (U), ssh-add it, or name an account with key and"
    " passphrase"
)
NOTHING_MORE: dict[str, Any] = {  # whatever a configuration says: no agent, no ports, no commands of its own
    "agent_forwarding": False,
    "x11_forwarding": False,
    "gss_delegate_creds": False,
    "command": None,
    "request_pty": False,
    "env": {},
    "send_env": (),
}

Hops = tuple[str, ...]
Jump = asyncssh.SSHClientConnection | None

log = logging.getLogger("asyncssh")
log.addHandler(logging.NullHandler())
log.propagate = False


class Way(NamedTuple):
    """Where a host is, as the configuration of ssh says: its address, and the hops before it."""

    host: str
    options: Any
    hops: str | None

    @property
    def place(self) -> Destination:
        """Host, port and user, for messages."""
        return Destination(SshEndpoint(self.host, self.options.port).shown, self.options.username)


class SshConnector:
    """Makes connections of one session."""

    def __init__(
        self, read: Callable[[Secret], Awaitable[str]], passphrases: Passphrases | None = None
    ) -> None:
        """Read passphrases, passwords and keys with `read`; people give `passphrases` of others."""
        self._read = read
        self._passphrases = passphrases or Passphrases()
        self._free: asyncio.Semaphore | None = None
        self._hops: dict[str, asyncio.Task[asyncssh.SSHClientConnection]] = {}

    async def connect(self, endpoint: Endpoint) -> SshConnection:
        """Connect to a machine and log in there. Raises Unreachable."""
        if self._free is None:
            self._free = asyncio.Semaphore(endpoint.ssh.connecting)
        offered = await credentials(endpoint.account, self._read, self._passphrases)
        named = ssh_endpoint(endpoint.address)
        user = named.user or (None if endpoint.account is None else endpoint.account.user)
        async with self._free:
            way = await self.way(named, user)
            connection, client = await self._connected(way, offered, endpoint.ssh, only=endpoint.host_key)
        return SshConnection(connection, client, endpoint.ssh.keep_alive)

    async def way(self, named: SshEndpoint, user: str | None = None) -> Way:
        """Return where a host is, as the configuration of ssh says. Raises Unreachable."""
        given: dict[str, Any] = {"host": named.host, "client_keys": None}
        given |= {"port": named.port} if named.port is not None else {}
        given |= {"username": user} if user is not None else {}
        try:
            config = await asyncio.to_thread(config_files)
            making = partial(asyncssh.SSHClientConnectionOptions, config=config, **given)
            options = await asyncio.to_thread(making)
        except (asyncssh.ConfigParseError, ValueError, OSError) as error:
            raise Unreachable(
                f"the configuration of ssh cannot be used for {named.host}: {reason_of(error)}"
            ) from None
        hops = options.tunnel if isinstance(options.tunnel, str) else None
        return Way(named.host, options, None if hops in ("none", "") else hops)

    async def tunnel(self, way: Way, settings: SshSettings, path: Hops = ()) -> Jump:
        """Return a connection to the last hop before a host, None where there is none. Raises Unreachable.

        `path` are the hops that are being connected to for this.
        """
        last: Jump = None
        at = ""
        for hop in way.hops.split(",") if way.hops else ():
            at = f"{at},{hop.strip()}"
            if at in path:
                raise circular(way)
            last = await self._hop(at, hop.strip(), last, settings, (*path, at))
        return last

    async def close(self) -> None:
        """Close the connections to hops."""
        for task in self._hops.values():
            task.cancel()
        for done in await asyncio.gather(*self._hops.values(), return_exceptions=True):
            if isinstance(done, asyncssh.SSHClientConnection):
                done.abort()
        self._hops.clear()

    async def _hop(self, at: str, hop: str, before: Jump, settings: SshSettings, path: Hops) -> Jump:
        """Return the connection to a hop that all share; made anew where it was lost."""
        task = self._hops.get(at)
        if task is None or (task.done() and _is_lost(task)):
            making = self._to_hop(hop, before, settings, path)
            task = self._hops[at] = asyncio.get_running_loop().create_task(making)
        return await asyncio.shield(task)

    async def _to_hop(
        self, hop: str, before: Jump, settings: SshSettings, path: Hops
    ) -> asyncssh.SSHClientConnection:
        named = ssh_endpoint(hop)
        try:
            way = await self.way(named, named.user)
            connection, _ = await self._connected(way, {}, settings, before, path)
        except Locked as problem:
            raise Locked(problem.key, f"on the way, {problem}") from None
        except Unreachable as problem:
            raise Unreachable(f"on the way, {problem}") from None
        return connection

    async def _connected(
        self,
        way: Way,
        offered: dict[str, Any],
        settings: SshSettings,
        before: Jump = None,
        path: Hops = (),
        only: str = "",
    ) -> tuple[asyncssh.SSHClientConnection, SshClient]:
        """Connect, check the host key, which may be `only` this one, and log in. Raises Unreachable."""
        try:
            known = await asyncio.to_thread(known_hosts, way.options.config, only)
        except StoreError as problem:
            raise Unreachable(str(problem)) from None
        before = before or await self.tunnel(way, settings, path)
        given = {**options_of(way), **NOTHING_MORE, **(offered or await self._own_keys(way))}
        given |= {"tunnel": before, "server_host_key_algs": _algorithms(way, known)}
        given |= {"encryption_algs": _ciphers(way)}
        while True:
            client = SshClient()
            try:
                return await self._logged_in(client, known, given, settings), client
            except Exception as error:
                denied = isinstance(error, asyncssh.PermissionDenied) and not offered
                if not denied or not await self._unlocked_another(way):
                    raise Unreachable(_explained(error, client, known, way, settings)) from None
            given |= await self._own_keys(way)

    async def _logged_in(
        self, client: SshClient, known: KnownHosts, given: dict[str, Any], settings: SshSettings
    ) -> asyncssh.SSHClientConnection:
        """Connect, check the host key, and log in."""
        return await asyncio.wait_for(
            asyncssh.connect(
                client_factory=lambda: client,
                known_hosts=known,
                login_timeout=settings.timeout,
                keepalive_interval=settings.keep_alive,
                keepalive_count_max=UNANSWERED,
                **given,
            ),
            settings.timeout,
        )

    async def _own_keys(self, way: Way) -> dict[str, Any]:
        """Return the keys that ssh would use, where people have given passphrases of some."""
        if not self._passphrases.any:
            return {}
        named = _identities(way)
        locked = await asyncio.to_thread(locked_own_keys, named)
        opened = [
            await unlocked(data, key, self._passphrases)
            for key, data in locked.items()
            if self._passphrases.known(key) is not None
        ]
        return {"client_keys": await asyncio.to_thread(own_keys, named, opened)} if opened else {}

    async def _unlocked_another(self, way: Way) -> bool:
        """Unlock a further key that a host may want; return whether there is one. Raises Locked."""
        for key, data in (await asyncio.to_thread(locked_own_keys, _identities(way))).items():
            if self._passphrases.known(key) is None:
                await unlocked(data, key, self._passphrases, f"{refused(way.place)}; {OWN_LOCKED}")
                return True
        return False


def circular(way: Way) -> Unreachable:
    """Return the problem of a way that has itself among its hops."""
    return Unreachable(f"the way to {way.host} leads to itself: see ProxyJump in ~/.ssh/config")


def _algorithms(way: Way, known: KnownHosts) -> tuple[str, ...]:
    """Return the algorithms of host keys, those of a configuration where it names some."""
    if way.options.config.get("HostKeyAlgorithms"):
        return ()
    return known.algorithms(way.options.host_key_alias or way.options.host, way.options.port)


def _ciphers(way: Way) -> str | tuple[str, ...]:
    """Return the ciphers, those of a configuration where it names some."""
    return () if way.options.config.get("Ciphers") else CIPHERS


def options_of(way: Way) -> dict[str, Any]:
    """Return host, port, user and configuration of a way, as options of asyncssh."""
    kept = ("config", "host", "port", "username")
    return {name: value for name, value in way.options.kwargs.items() if name in kept}


def _identities(way: Way) -> tuple[str, ...]:
    """Return the keys that a configuration of ssh names for a host."""
    return tuple(map(str, way.options.config.get("IdentityFile", ())))


def _explained(
    error: Exception, client: SshClient, known: KnownHosts, way: Way, settings: SshSettings
) -> str:
    """Return why there is no connection, and what to do."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return unverified(known, client.key, way.place)
    return sentence(error, way.place, settings.timeout)


def _is_lost(task: "asyncio.Task[asyncssh.SSHClientConnection]") -> bool:
    return task.cancelled() or task.exception() is not None or task.result().is_closed()
