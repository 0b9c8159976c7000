"""Machines of the tests that are pods: a stand-in for kubectl runs the command in a home on this machine."""

import os
from collections.abc import Callable
from pathlib import Path

from octotui.model.machines.endpoints import PodEndpoint
from octotui.workers.kubectl.transport import KubectlTransport
from octotui.workers.remote.machine import RemoteMachine, RemoteMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives

POD = PodEndpoint("staging", "build", "worker-1")

# As kubectl does: the streams of the command, its exit code, and a line about that where it is not 0.
STAND_IN = """#!/bin/sh
if [ -f "{folder}/says" ]; then cat "{folder}/says" >&2; exit 1; fi
printf '%s ' "$@" >>"{folder}/asked"; echo >>"{folder}/asked"
while [ "$1" != -- ]; do shift; done
shift
env -i HOME="{home}" PATH="{path}" "$@"
code=$?
if [ $code != 0 ]; then echo "command terminated with exit code $code" >&2; fi
exit $code
"""


def stand_in(folder: Path, home: Path) -> Path:
    """Make a kubectl that fails with what the file `says` has, and notes what it is asked in `asked`."""
    home.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "kubectl"
    program.write_text(STAND_IN.format(folder=folder, home=home, path=os.environ["PATH"]))
    program.chmod(0o755)
    return program


class DeclaredPodMachines(RemoteMachines):
    """Machines in a pod, of which the model declares the directory."""

    def __init__(self, home: Callable[[str], Path]) -> None:
        self._home = home
        self.transport = KubectlTransport(POD, str(stand_in(home("programs"), home("account"))))
        super().__init__(lambda worker: self.transport, "space", UnpackedArchives(home("fetched")))

    def machine(self, worker: str, directory: str | None) -> RemoteMachine:
        return super().machine(worker, directory or str(self._home(worker)))

    async def close(self) -> None:
        await super().close()
        await self.transport.close()
