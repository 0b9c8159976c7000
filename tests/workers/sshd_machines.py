"""Machines by SSH for the conformance tests: one server for each home, which ends with its last user."""

from collections.abc import Callable
from pathlib import Path

from octotui.model.machines.accounts import Account, Endpoint, SshSettings
from octotui.workers.machine import Machine
from octotui.workers.ssh.machines import SshKinds
from octotui.workers.ssh.pinned_keys import pin
from tests.sshd import Sshd, make_key
from tests.workers.ssh.ways import read

_SERVERS: dict[Path, tuple[Sshd, Path]] = {}
_USERS: dict[Path, int] = {}


class SshdMachines:
    """Workers on a server of SSH, whose directories the model declares."""

    def __init__(self, home: Callable[[str], Path]) -> None:
        self._home = home
        self._folder = home("sshd")
        server, key = _SERVERS.get(self._folder) or _started(self._folder)
        _USERS[self._folder] = _USERS.get(self._folder, 0) + 1
        endpoint = Endpoint(server.endpoint, Account(key=str(key)), SshSettings(keep_alive=5.0))
        self._kind = SshKinds(read, "space", home("fetched")).of(endpoint)

    def machine(self, worker: str, directory: str | None) -> Machine:
        return self._kind.machine(worker, directory or str(self._home(worker)))

    async def close(self) -> None:
        await self._kind.close()
        _USERS[self._folder] -= 1
        if not _USERS[self._folder]:
            _SERVERS.pop(self._folder)[0].stop()


def _started(folder: Path) -> tuple[Sshd, Path]:
    folder.mkdir()
    key = make_key(folder / "key")
    server = Sshd(folder / "machine", key)
    _SERVERS[folder] = server, key
    algorithm, data = server.start().known.split()[1:3]
    pin(f"[127.0.0.1]:{server.port}", (f"{algorithm} {data}",))
    return server, key
