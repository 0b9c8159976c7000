"""The provider `command`: the model's own commands provision and destroy machines (W12)."""

import os
from collections.abc import Mapping

import msgspec

from octotui.model.environment_names import is_passed
from octotui.model.file_trust import Distrusted, FileTrust
from octotui.runtime.leases.processes import ProviderProcesses
from octotui.runtime.leases.provider import LeasedMachine, MachineOrder, ProviderError
from octotui.workers.search_path import find

ALSO = ("XDG_*", "SSH_AUTH_SOCK")  # what tools need to find their settings, beside what scripts get


class _Answer(msgspec.Struct):
    """What `provision` prints last."""

    id: str | int
    endpoint: str
    host_key: str = ""


class CommandProvider:
    """Runs `provision` and `destroy` of a pool, with what they are about in their environment."""

    def __init__(self, processes: ProviderProcesses, trust: FileTrust) -> None:
        self._processes = processes
        self._trust = trust

    async def provision(self, order: MachineOrder) -> LeasedMachine:
        """Return the machine that the command says in its last line. Raises ProviderError."""
        said = await self._run(order, order.terms.provision)
        lines = said.decode(errors="replace").strip().splitlines()
        try:
            answer = msgspec.json.decode(lines[-1] if lines else "", type=_Answer)
        except msgspec.MsgspecError:
            raise ProviderError(
                f"{order.terms.provision[0]} does not print"
                ' {"id": "…", "endpoint": "ssh://…"} in its last line'
            ) from None
        return LeasedMachine(str(answer.id), answer.endpoint, answer.host_key)

    async def destroy(self, order: MachineOrder) -> None:
        """Run the command with the machine's id, or `""` where none is known. Raises ProviderError."""
        await self._run(order, (*order.terms.destroy, order.machine))

    async def _run(self, order: MachineOrder, command: tuple[str, ...]) -> bytes:
        program = self._trusted(command[0])
        ended = await self._processes.run(
            order.name, (program, *command[1:]), environment(order, os.environ), order.terms.timeout
        )
        if ended.code:
            raise ProviderError(f"{command[0]} failed with {ended.reason}")
        return ended.output

    def _trusted(self, program: str) -> str:
        """Return the path of a program that strangers cannot change. Raises ProviderError."""
        path = program if "/" in program else find(program)
        if path is None:
            raise ProviderError(
                f"{program} is not run: it is in no folder of PATH, or everybody can write there"
            )
        try:
            self._trust.check(path)
        except Distrusted as problem:
            raise ProviderError(f"{program} is not run: {problem}") from None
        except OSError as problem:
            raise ProviderError(f"{program} cannot be run: {problem.strerror}") from None
        return path


def environment(order: MachineOrder, surroundings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: what scripts inherit, and what the machine is for."""
    passed = {
        name: value
        for name, value in surroundings.items()
        if name not in order.withheld and is_passed(name, (*ALSO, *order.passed))
    }
    return passed | {
        "OCTOTUI_SPACE": order.space,
        "OCTOTUI_POOL": order.pool,
        "OCTOTUI_IMAGE": order.reference,
        "OCTOTUI_LEASE": order.name,
        "OCTOTUI_MACHINE": order.machine,
    }
