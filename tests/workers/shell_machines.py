"""Machines of the tests by their sh: homes on this one, with dash or with nothing but busybox."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from octotui.workers.remote.shell.machine import ShellMachine, ShellMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from tests.workers.local_transport import LocalTransport

Home = Callable[[str], Path]


class DeclaredShellMachines(ShellMachines):
    """Machines elsewhere, of which the model declares the directory."""

    def __init__(self, home: Home, transport: LocalTransport) -> None:
        self._home = home
        self.transport = transport
        super().__init__(lambda worker: transport, "space", UnpackedArchives(home("fetched")))

    def machine(self, worker: str, directory: str | None) -> ShellMachine:
        return super().machine(worker, directory or str(self._home(worker)))


def by_dash(home: Home) -> DeclaredShellMachines:
    """A machine whose sh is dash, with the tools of this one."""
    programs = home("account-programs")
    programs.mkdir(parents=True, exist_ok=True)
    if not (programs / "sh").exists():
        (programs / "sh").symlink_to(_found("dash"))
    transport = LocalTransport(home("account"), shell=(_found("dash"), "-c"))
    transport.environment["PATH"] = f"{programs}:{transport.environment['PATH']}"
    return DeclaredShellMachines(home, transport)


def by_busybox(home: Home) -> DeclaredShellMachines:
    """A machine that has nothing but busybox."""
    path = {"PATH": str(programs_of_busybox(home("account-programs")))}
    return DeclaredShellMachines(home, LocalTransport(home("account"), path, (_found("busybox"), "sh", "-c")))


def programs_of_busybox(folder: Path) -> Path:
    """A folder with the programs that busybox is."""
    if not folder.exists():
        folder.mkdir(parents=True)
        busybox = _found("busybox")
        listed = subprocess.run((busybox, "--list"), capture_output=True, text=True, check=True)
        for name in listed.stdout.split():
            (folder / name).symlink_to(busybox)
    return folder


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path is not None, f"install {program}"
    return path
