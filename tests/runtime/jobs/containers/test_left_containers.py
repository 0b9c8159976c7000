"""R4, S8: containers that a crash has left are removed by their names, but those of what runs are not."""

import asyncio
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.runtime.jobs.containers.contained_script import FOLDER
from octotui.runtime.jobs.containers.left_containers import LeftContainers
from octotui.workers.machine import AttemptKey
from tests.podman import IMAGE, PODMAN, containered, containers_of, podman
from tests.runtime.jobs.test_package_acquisition import here
from tests.world import model

__all__ = ["containered"]
MOMENTS = int(os.environ.get("OCTOTUI_CONTAINER_KILLS", "6"))
SPACE, OTHER = f"kraken-{os.getpid()}", f"x-{os.getpid()}"


def leave(folder: Path, name: str, space: str = SPACE) -> str:
    """Leave a running container, and the folder of its attempt."""
    (folder / FOLDER / f"{space}-{name}").mkdir(parents=True)
    (folder / FOLDER / f"{space}-{name}" / "script").touch()
    named = ("--label", f"octotui.space={space}", "--name", f"octotui-{space}-{name}")
    podman("run", "--detach", *named, "--entrypoint", "sleep", IMAGE, "100")
    return f"octotui-{space}-{name}"


@pytest.mark.usefixtures("containered")
@pytest.mark.xdist_group("podman")
async def test_r4_what_a_crash_has_left_goes(tmp_path: Path) -> None:
    left, machine = LeftContainers(lambda: model({}), time.time), here(tmp_path)
    gone, runs = leave(tmp_path, "job-1.1-1"), leave(tmp_path, "job-2.1-1")
    other = leave(tmp_path, "job-1.1-1", OTHER)
    await left.remove_orphans(machine, SPACE, {"job-2.1-1"})
    there = containers_of(tmp_path, SPACE, OTHER)
    assert gone not in there
    assert {runs, other} <= {*there}
    kept = sorted(each.name for each in (tmp_path / FOLDER).iterdir())
    assert kept == [f"{SPACE}-job-2.1-1", f"{OTHER}-job-1.1-1"]
    for key in (AttemptKey(SPACE, "job-2.1-1"), AttemptKey(OTHER, "job-1.1-1")):
        await left.remove(machine, key)
        await left.remove(machine, key)
    assert not {runs, other} & {*containers_of(tmp_path, SPACE, OTHER)}
    assert not [*(tmp_path / FOLDER).iterdir()]


async def test_r4_an_attempt_that_left_nothing_calls_no_engine(tmp_path: Path) -> None:
    await LeftContainers(lambda: model({}), time.time).remove(here(tmp_path), AttemptKey(SPACE, "job-1.1-1"))
    assert not [*tmp_path.iterdir()]


def monitors(name: str) -> list[int]:
    """The processes that watch a container of this name."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if b"conmon" in words[0] and name.encode() in words:
                found.append(int(each.parent.name))
    return found


@pytest.mark.usefixtures("containered")
@pytest.mark.xdist_group("podman")
@pytest.mark.parametrize("moment", range(MOMENTS))
async def test_r4_what_an_engine_had_begun_when_it_was_killed_goes(tmp_path: Path, moment: int) -> None:
    """S8: also what it has not recorded yet, and does not know any more."""
    name, key = f"octotui-{SPACE}-job-3.1-1", AttemptKey(SPACE, "job-3.1-1")
    (tmp_path / FOLDER / f"{SPACE}-job-3.1-1").mkdir(parents=True)
    (tmp_path / FOLDER / f"{SPACE}-job-3.1-1" / "script").touch()
    command = [PODMAN or "", "run", "--name", name, "--entrypoint", "sleep", IMAGE, "100"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        await asyncio.sleep(0.05 + 0.6 * moment / MOMENTS)
        running.kill()
    await asyncio.sleep(0.2)  # until what it had started has come as far as it can
    await LeftContainers(lambda: model({}), time.time).remove(here(tmp_path), key)
    assert not [*(tmp_path / FOLDER).iterdir()]
    async with asyncio.timeout(10):
        while monitors(name):
            await asyncio.sleep(0.05)


PRETENDER = """printf conmon >/proc/self/comm; echo there; while :; do sleep 0.1; done"""


@pytest.mark.usefixtures("containered")
@pytest.mark.xdist_group("podman")
@pytest.mark.parametrize("where", ["here", "in a container"])
async def test_r4_what_only_calls_itself_a_monitor_is_neither_believed_nor_ended(
    tmp_path: Path, where: str
) -> None:
    """S8: any account, and any script in a container, can have a process of such a name and arguments."""
    name, key = f"octotui-{SPACE}-job-4.1-1", AttemptKey(SPACE, "job-4.1-1")
    (tmp_path / FOLDER / f"{SPACE}-job-4.1-1").mkdir(parents=True)
    (tmp_path / FOLDER / f"{SPACE}-job-4.1-1" / "script").touch()
    evil, called = tmp_path / "evil", tmp_path / "called"
    evil.write_text(f"#!/bin/sh\necho called >{called}\n")
    evil.chmod(0o755)
    said = ("-n", name, "-r", str(evil), "-c", "ab12")
    inside = (PODMAN or "", "run", "--name", f"pretender-{os.getpid()}", "--entrypoint", "sh", IMAGE)
    before = () if where == "here" else inside
    shell = ("sh",) if where == "here" else ()
    pretends = subprocess.Popen((*before, *shell, "-c", PRETENDER, "x", *said), stdout=subprocess.PIPE)
    assert pretends.stdout is not None
    try:
        assert await asyncio.to_thread(pretends.stdout.readline) == b"there\n"
        await LeftContainers(lambda: model({}), time.time).remove(here(tmp_path), key)
        assert pretends.poll() is None
        assert not called.exists()
        assert not [*(tmp_path / FOLDER).iterdir()]
    finally:
        if where != "here":
            podman("rm", "--force", "--time", "0", f"pretender-{os.getpid()}")
        pretends.kill()
        pretends.stdout.close()
        pretends.wait()
