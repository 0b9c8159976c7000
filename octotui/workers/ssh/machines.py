"""The kinds of machine that SSH reaches: one for each endpoint, over the ways that they share."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from octotui.model.machines.accounts import Endpoint
from octotui.workers.machine import Machine
from octotui.workers.remote.chosen import ChosenMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from octotui.workers.ssh.passphrases import Passphrases
from octotui.workers.ssh.transports import ReadSecret, SshTransports


class SshMachines:
    """The workers and targets at one endpoint."""

    def __init__(
        self,
        transports: SshTransports,
        endpoint: Endpoint,
        space: str,
        archives: UnpackedArchives,
        closed: Callable[[], object],
    ) -> None:
        """Take the name of the space, and what all machines are sent; call `closed` when it is closed."""
        self._transports = transports
        self._endpoint = endpoint
        self._remote = ChosenMachines(lambda worker: transports.transport(endpoint), space, archives)
        self._closed = closed

    def machine(self, worker: str, directory: str | None) -> Machine:
        """Return a worker in its directory, which is made when it is first used."""
        return self._remote.machine(worker, directory)

    def retry_now(self) -> None:
        """Have the next call connect, however short ago that failed."""
        self._transports.transport(self._endpoint).retry_now()

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        self._closed()
        transport = self._transports.taken(self._endpoint)  # whoever needs one meanwhile gets another
        await self._remote.close()
        await self._transports.release(transport)


class SshKinds:
    """Makes the kind for each endpoint, the same for the same one."""

    def __init__(
        self, read: ReadSecret, space: str, fetched: Path, passphrases: Passphrases | None = None
    ) -> None:
        """Read passphrases, passwords and keys with `read`; packages pass through the folder `fetched`.

        People give `passphrases` of further keys.
        """
        self._transports = SshTransports(read, passphrases)
        self._space = space
        self._archives = UnpackedArchives(fetched)
        self._kinds: dict[Endpoint, SshMachines] = {}

    def of(self, endpoint: Endpoint) -> SshMachines:
        """Return the kind of an endpoint."""
        if endpoint not in self._kinds:
            forget = partial(self._kinds.pop, endpoint, None)
            self._kinds[endpoint] = SshMachines(
                self._transports, endpoint, self._space, self._archives, forget
            )
        return self._kinds[endpoint]
