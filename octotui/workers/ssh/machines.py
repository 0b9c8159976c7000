"""The kinds of machine that SSH reaches: one for each endpoint, over the ways that they share."""

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
        self, transports: SshTransports, endpoint: Endpoint, space: str, archives: UnpackedArchives
    ) -> None:
        """Take the name of the space, and what all machines are sent."""
        self._transports = transports
        self._endpoint = endpoint
        self._remote = ChosenMachines(lambda worker: transports.transport(endpoint), space, archives)

    def machine(self, worker: str, directory: str | None) -> Machine:
        """Return a worker in its directory, which is made when it is first used."""
        return self._remote.machine(worker, directory)

    def retry_now(self) -> None:
        """Have the next call connect, however short ago that failed."""
        self._transports.transport(self._endpoint).retry_now()

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        await self._remote.close()
        await self._transports.release(self._endpoint)


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
            self._kinds[endpoint] = SshMachines(self._transports, endpoint, self._space, self._archives)
        return self._kinds[endpoint]
