"""The kinds of machine that are pods: one for each endpoint."""

from pathlib import Path

from octotui.model.machines.endpoints import pod_endpoint
from octotui.workers.kubectl.transport import KubectlTransport
from octotui.workers.machine import Machine
from octotui.workers.remote.chosen import ChosenMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives


class PodMachines:
    """The workers and targets in one pod."""

    def __init__(self, endpoint: str, space: str, archives: UnpackedArchives) -> None:
        """Take the name of the space, and what all machines are sent."""
        self._transport = KubectlTransport(pod_endpoint(endpoint))
        self._remote = ChosenMachines(lambda worker: self._transport, space, archives)

    def machine(self, worker: str, directory: str | None) -> Machine:
        """Return a worker in its directory, which is made when it is first used."""
        return self._remote.machine(worker, directory)

    def retry_now(self) -> None:
        """Do nothing: each call tries anew."""

    async def close(self) -> None:
        """Release all resources; what runs continues."""
        await self._remote.close()
        await self._transport.close()


class PodKinds:
    """Makes the kind for each pod, the same for the same one."""

    def __init__(self, space: str, fetched: Path) -> None:
        """Take the name of the space; packages pass through the folder `fetched`."""
        self._space = space
        self._archives = UnpackedArchives(fetched)
        self._kinds: dict[str, PodMachines] = {}

    def of(self, endpoint: str) -> PodMachines:
        """Return the kind of an endpoint such as `kubectl://CONTEXT/NAMESPACE/POD`."""
        if endpoint not in self._kinds:
            self._kinds[endpoint] = PodMachines(endpoint, self._space, self._archives)
        return self._kinds[endpoint]
