"""The provider `container`: a machine is a container of this one, kept alive by a shell (W12)."""

import os

from octotui.model.machines.endpoints import CONTAINER
from octotui.runtime.leases.processes import Ended, ProviderProcesses
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder, ProviderError
from octotui.workers.container.engine import MISSING, engine

# Ends on TERM, and reaps what its jobs leave behind.
_ALIVE = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"

_OWN = '{{index .Config.Labels "octotui.space"}} {{index .Config.Labels "octotui.lease"}}'


class ContainerProvider:
    """Runs containers, each by the name of its lease."""

    def __init__(self, processes: ProviderProcesses) -> None:
        self._processes = processes

    async def provision(self, order: MachineOrder) -> LeasedMachine:
        """Return the container of that name, run where there is none. Raises ProviderError."""
        found = await self._engine(
            order, "container", "inspect", "--format", "{{.State.Running}}", "--", order.name
        )
        if found.code == 0 and found.output.strip() == b"true":
            return _machine(order)
        if found.code == 0:  # an interrupted session has left it, or it has ended by itself
            await self.destroy(order)
        labels = (
            *("--label", f"octotui.space={order.space}", "--label", f"octotui.pool={order.pool}"),
            *("--label", f"octotui.lease={order.name}"),
        )
        run = ("run", "--detach", "--name", order.name, *labels, "--entrypoint", "sh")
        ended = await self._engine(order, *run, "--", order.reference, "-c", _ALIVE)
        if ended.code:
            raise ProviderError(f"the image {order.reference} could not be run: {ended.reason}")
        return _machine(order)

    async def destroy(self, order: MachineOrder) -> None:
        """Remove the container, with the volumes that it has made. Raises ProviderError.

        One that does not carry the label of a lease of this space is nobody's to remove.
        """
        name = order.machine or order.name
        labels = await self._engine(order, "container", "inspect", "--format", _OWN, "--", name)
        if labels.code == 0 and labels.output.decode(errors="replace").split() != [order.space, name]:
            raise ProviderError(
                f"the container {name} is none that octotui has made for this space: remove it by hand"
            )
        ended = await self._engine(order, "rm", "--force", "--volumes", "--", name)
        if not ended.code:
            return
        there = await self._engine(order, "container", "inspect", "--format", "{{.Id}}", "--", name)
        if there.code == 0:
            raise ProviderError(f"the container {name} could not be removed: {ended.reason}")

    async def _engine(self, order: MachineOrder, *arguments: str) -> Ended:
        found = engine()
        if found is None:
            raise ProviderError(MISSING)
        command = (found, *arguments)
        return await self._processes.run(order.name, command, dict(os.environ), order.terms.timeout)


def _machine(order: MachineOrder) -> LeasedMachine:
    return LeasedMachine(order.name, f"{CONTAINER}{order.name}")
