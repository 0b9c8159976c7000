"""R4, S8: containers that a crash has left are removed by their names, but those of what runs are not."""

import os
import time
from pathlib import Path

import pytest

from octotui.runtime.jobs.containers.contained_script import FOLDER
from octotui.runtime.jobs.containers.left_containers import LeftContainers
from octotui.workers.machine import AttemptKey
from tests.podman import IMAGE, containered, containers_of, podman
from tests.runtime.jobs.test_package_acquisition import here
from tests.world import model

__all__ = ["containered"]
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
