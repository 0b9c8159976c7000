"""Real containers by podman, of images that are made from this machine's busybox; no registry is asked."""

import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

PODMAN = shutil.which("podman")
BUSYBOX = shutil.which("busybox")
CONFIG = Path(__file__).parent / "containers.conf"
IMAGE = "localhost/octotui-test:1"
BARE = "localhost/octotui-test-bare:1"  # without sh
WITH_BASH = "localhost/octotui-test-bash:1"  # with this machine's bash, and what it is linked with
COMMANDS = (
    "sh",
    "echo",
    "cat",
    "sleep",
    "env",
    "ls",
    "id",
    "kill",
    "touch",
    "stat",
    "hostname",
    "wget",
    "grep",
)


@cache
def missing() -> str:
    """Why no container can be run here, or `""`."""
    if PODMAN is None or BUSYBOX is None:
        return "there is no podman, or no busybox, on this machine"
    try:
        make_images()
        found = podman("run", "--rm", "--entrypoint", "sh", IMAGE, "-c", "echo runs")
    except subprocess.CalledProcessError as problem:
        return f"podman runs no container here: {problem.stderr.strip()[-200:]}"
    return "" if found == "runs" else f"podman runs no container here: {found}"


def podman(*arguments: str, given: bytes = b"") -> str:
    """Call podman, and return what it prints."""
    environment = {**os.environ, "CONTAINERS_CONF": str(CONFIG)}
    command = [PODMAN or "podman", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, env=environment, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(
            done.returncode, command, done.stdout.decode(), done.stderr.decode()
        )
    return done.stdout.decode().strip()


def bash_files() -> list[str]:
    """This machine's bash, and the libraries that it is linked with."""
    bash = shutil.which("bash") or "/bin/bash"
    linked = subprocess.run(["ldd", bash], capture_output=True, text=True, check=True).stdout
    return [bash, *(word for word in linked.split() if word.startswith("/"))]


def file_system(version: str = "", *, bare: bool = False, files: Sequence[str] = ()) -> bytes:
    """The file system of an image as a tar archive: busybox with its commands, a file `version`, and more."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        binary = Path(BUSYBOX or "").read_bytes()
        entry = tarfile.TarInfo("bin/busybox")
        entry.size, entry.mode = len(binary), 0o755
        archive.addfile(entry, io.BytesIO(binary))
        for name in () if bare else COMMANDS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
        entry = tarfile.TarInfo("version")
        entry.size = len(version)
        archive.addfile(entry, io.BytesIO(version.encode()))
        for each in files:
            archive.add(Path(each).resolve(), each.lstrip("/"))
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o777
        archive.addfile(folder)
    return packed.getvalue()


def make_images() -> None:
    """Make the images of the tests, unless they are there."""
    there = podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    for image in (IMAGE, BARE, WITH_BASH):
        if image not in there:
            files = bash_files() if image == WITH_BASH else ()
            podman("import", "-", image, given=file_system(bare=image == BARE, files=files))


def forget(image: str) -> None:
    """Remove an image, and those of other tags of it, if they are there."""
    for each in podman("images", "--quiet", "--filter", f"reference={image}").split():
        with suppress(subprocess.CalledProcessError):
            podman("rmi", "--force", each)


def containers(*filters: str) -> list[str]:
    """The names of all containers, also of those that have ended."""
    named = [part for each in filters for part in ("--filter", each)]
    return podman("ps", "--all", "--format", "{{.Names}}", *named).split()


def containers_of(folder: Path, *spaces: str) -> list[str]:
    """The names of the containers, also of those that have ended, of the spaces in a folder, or of these."""
    known = [(each.parent.name, json.loads(each.read_text())["id"]) for each in folder.rglob("places.json")]
    found = (*spaces, *(f"{name}-{identity}" for name, identity in known))
    named = (
        podman("ps", "--all", "--format", "{{.Names}}", "--filter", f"label=octotui.space={each}")
        for each in found
    )
    return [name for text in named for name in text.split()]


needs_podman = pytest.mark.skipif(
    PODMAN is None or BUSYBOX is None, reason="there is no podman, or no busybox, on this machine"
)


@pytest.fixture
def containered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Run containers for real, or skip the test; none of the spaces in its folder is left behind by it."""
    if why := missing():
        pytest.skip(why)
    monkeypatch.setenv("CONTAINERS_CONF", str(CONFIG))
    yield
    left = containers_of(tmp_path)
    for each in left:
        podman("rm", "--force", each)
    assert left == []
