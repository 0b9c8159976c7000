"""Containers as machines for the conformance tests: one with a Python and one without, for all tests.

Their processes and temporary files are those of this machine, so that tests can look at them.
"""

import atexit
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from octotui.workers.container.transport import container_way
from octotui.workers.machine import Machine
from octotui.workers.programs.machines import ProgramKinds
from tests.podman import BUSYBOX, CONFIG, PODMAN, missing, podman

FILES = "localhost/octotui-test-files:1"  # which gets /usr of this machine
APPLETS = "localhost/octotui-test-busybox:1"
USR = "bin", "lib", "lib64", "sbin"


@cache
def container(image: str) -> str:
    """Start a container that lasts until the tests have ended, and return its name."""
    make_image(image)
    name = f"octotui-conformance-{image.rpartition('-')[2].partition(':')[0]}-{os.getpid()}"
    shared = tempfile.gettempdir()
    volumes = ("--volume", f"{shared}:{shared}")
    volumes += ("--volume", "/usr:/usr:ro") if image == FILES else ()
    run = ("run", "--detach", "--name", name, "--pid", "host", *volumes, "--env", "HOME=/tmp")
    podman(*run, "--entrypoint", "sh", image, "-c", "while :; do sleep 1000 & wait; done")
    atexit.register(_remove, name)
    return name


def _remove(name: str) -> None:
    with suppress(subprocess.CalledProcessError):
        podman("rm", "--force", name)


def make_image(image: str) -> None:
    """Make an image, unless it is there."""
    if image in podman("images", "--format", "{{.Repository}}:{{.Tag}}").split():
        return
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for folder in ("tmp", "usr", "root"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            archive.addfile(entry)
        if image == FILES:
            for each in USR:
                _link(archive, each, f"usr/{each}")
        else:
            assert BUSYBOX is not None
            archive.add(BUSYBOX, "bin/busybox")
            listed = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout
            for applet in listed.split():
                if applet != "busybox":
                    _link(archive, f"bin/{applet}", "busybox")
    podman("import", "-", image, given=packed.getvalue())


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    archive.addfile(link)


class SharedContainer:
    """Workers in a container, whose directories the model declares."""

    def __init__(self, home: Callable[[str], Path], image: str) -> None:
        if why := missing():
            pytest.skip(why)
        os.environ["CONTAINERS_CONF"] = str(CONFIG)
        self._home = home
        self._kind = ProgramKinds(container_way, "space", home("fetched")).of(
            f"container://{container(image)}"
        )

    def machine(self, worker: str, directory: str | None) -> Machine:
        return self._kind.machine(worker, directory or str(self._home(worker)))

    def retry_now(self) -> None:
        self._kind.retry_now()

    async def close(self) -> None:
        await self._kind.close()


def by_python(home: Callable[[str], Path]) -> SharedContainer:
    """Workers in a container that has a Python."""
    return SharedContainer(home, FILES)


def by_busybox(home: Callable[[str], Path]) -> SharedContainer:
    """Workers in a container that has nothing but busybox."""
    return SharedContainer(home, APPLETS)


HERE = PODMAN is not None and BUSYBOX is not None
