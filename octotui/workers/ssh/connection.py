"""One connection to a machine, and the commands that run over it."""

import asyncio
from time import monotonic
from typing import Any

import asyncssh

from octotui.workers.machine import Unreachable
from octotui.workers.ssh.command import Errors, SshCommand
from octotui.workers.ssh.problems import reason_of

FULL = frozenset({1, 2, 4})  # why a channel is refused where there are too many: prohibited, failed, shortage
FORGET = 60.0  # seconds after a refusal until more commands are tried than it has taken
WINDOW = 1 << 22  # bytes of a command's output that may be under way
PACKET = 1 << 17  # bytes of one packet of it: each costs time here
SELDOM = 60.0  # seconds between questions whether a machine is there of which nothing is awaited
PATIENCE = 60.0  # seconds that a machine may take to start a command
UNANSWERED = "it has started no command within {:.0f} s: see its load, and the log of sshd there"
NO_SESSIONS = "it runs no commands for this account: {}; see MaxSessions in its sshd_config"


class Full(Exception):
    """Raised where a connection has no room for another command."""


class SshClient(asyncssh.SSHClient):
    """Notes the host key that is not known, and why a connection is lost."""

    def __init__(self) -> None:
        self.key: asyncssh.SSHKey | None = None
        self.lost: str | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Trust no key that is not known."""
        self.key = key
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note why."""
        self.lost = (
            "the connection was closed" if exc is None else f"the connection was lost: {reason_of(exc)}"
        )


class SshConnection:
    """A connection that is logged in; it learns how many commands the machine takes at once."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, client: SshClient, keep_alive: float
    ) -> None:
        """Take a connection on which the machine is asked every `keep_alive` seconds whether it is there."""
        self._connection = connection
        self._client = client
        self._keep_alive = keep_alive
        self._most = 1  # commands that have run over it at once
        self._refused_at: float | None = None
        self._starting = 0
        self._running = 0
        self._accepted = 0  # since it was made
        self._idle_since = monotonic()
        self.ended = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self._client.lost is None and not self._connection.is_closed()

    @property
    def idle(self) -> float:
        """For how many seconds no command has run over it."""
        return 0.0 if self._starting or self._running else monotonic() - self._idle_since

    @property
    def has_room(self) -> bool:
        """Whether another command may run over it."""
        known = self._refused_at is not None and monotonic() - self._refused_at < FORGET
        return not known or self._starting + self._running < self._most

    async def start(self, command: str, errors: Errors | None = None) -> SshCommand:
        """Start a command. Raises Full, or Unreachable."""
        self._starting += 1
        made = SshCommand(self._begin, self._end, lambda: self._client.lost or "", errors)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connection.create_session(
                    lambda: made,
                    command,
                    encoding=None,
                    request_pty=False,
                    x11_forwarding=False,
                    env={},
                    send_env=(),
                    window=WINDOW,
                    max_pktsize=PACKET,
                )
        except asyncssh.ChannelOpenError as refusal:
            raise self._refused(refusal) from None
        except TimeoutError:
            if made.has_begun:
                await made.close()
            raise Unreachable(self._client.lost or UNANSWERED.format(PATIENCE)) from None
        except (asyncssh.Error, OSError) as error:
            raise Unreachable(self._client.lost or f"no command can be started: {reason_of(error)}") from None
        finally:
            if not made.has_begun:
                self._starting -= 1
        return made

    def watch(self, *, closely: bool) -> None:
        """Ask as often as said whether the machine is there, or seldom."""
        if self.is_open:
            seldom = max(self._keep_alive, SELDOM)
            self._connection.set_keepalive(self._keep_alive if closely else seldom)

    async def close(self) -> None:
        """Close it; what runs over there continues."""
        self._connection.abort()
        await self._connection.wait_closed()

    def _begin(self) -> None:
        self._starting -= 1
        self._running += 1
        self._accepted += 1
        self._most = max(self._most, self._running)

    def _end(self) -> None:
        self._running -= 1
        self._idle_since = monotonic()
        self.ended.set()

    def _refused(self, refusal: Any) -> Exception:
        """Return what the refusal of a channel means: no room, where there was some before."""
        if not self.is_open:
            return Unreachable(self._client.lost or "the connection was lost")
        if refusal.code in FULL and self._accepted:
            self._refused_at = monotonic()
            return Full()
        return Unreachable(NO_SESSIONS.format(reason_of(refusal)))
