"""R4, S8: containers when octotui, its agent or the script's own processes are killed: none is left behind.

More plays with `OCTOTUI_CONTAINER_KILLS=50`.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.engine.commands import StartRun
from octotui.model.toml.write import dump
from octotui.runtime.open_space import open_space
from tests.podman import containered, containers_of, podman
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.test_containers import _read, box, space, until
from tests.workers.agents import end_agents, living

pytestmark = [pytest.mark.usefixtures("containered"), pytest.mark.xdist_group("podman")]
__all__ = ["containered"]

PLAYS = int(os.environ.get("OCTOTUI_CONTAINER_KILLS", "4"))


@pytest.fixture(autouse=True)
def without_agents(tmp_path: Path) -> Iterator[None]:
    yield
    end_agents(tmp_path)


def kill(*words: str) -> int:
    """Kill the processes that have all these words in their arguments, but not this one; return how many."""
    found = 0
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        pid = int(each.parent.name)
        with suppress(OSError):
            text = each.read_bytes().decode(errors="replace")
            if pid != os.getpid() and all(word in text for word in words):
                os.kill(pid, signal.SIGKILL)
                found += 1
    return found


async def test_r4_a_script_whose_processes_are_killed_leaves_no_container(tmp_path: Path) -> None:
    """S8: it is gone before the run goes on."""
    declared = space(box("echo there; sleep 100"))
    async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        assert len(containers_of(tmp_path)) == 1
        assert kill(str(tmp_path), "__octotui_helpers=/") >= 1  # the script that is in front of it
        await ended(session)
        assert containers_of(tmp_path) == []
        done = await _read(session, "run-1")
    assert done.job.state == "failed"
    assert not [*tmp_path.glob("test/workers/*/containers/*")]


@pytest.mark.parametrize("engine", ["podman", "conmon"])
async def test_s8_an_engine_that_is_killed_fails_the_step(tmp_path: Path, engine: str) -> None:
    declared = space(box("echo there; sleep 100"))
    async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        (name,) = containers_of(tmp_path)
        words = (
            (name, "run")
            if engine == "podman"
            else ("conmon", podman("inspect", "--format", "{{.Id}}", name))
        )
        assert kill(*words) >= 1
        await ended(session)
        assert containers_of(tmp_path) == []
        done = await _read(session, "run-1")
    assert done.job.state == "failed"
    assert not [*tmp_path.glob("test/workers/*/containers/*")]


async def test_r4_what_is_killed_while_nobody_looks_is_lost_and_leaves_no_container(tmp_path: Path) -> None:
    declared = space(box("echo there; sleep 100"))
    async with open_space(declared, tmp_path, "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
    for agent in living(tmp_path):
        os.kill(agent, signal.SIGKILL)
    kill(str(tmp_path), "__octotui_helpers=/")
    assert len(containers_of(tmp_path)) == 1
    async with asyncio.timeout(60), open_space(declared, tmp_path, "ann", time.time) as session:
        while containers_of(tmp_path):
            await asyncio.sleep(0.05)
        async for state in session.states():
            if state.jobs["job-1.2"].state == "asking":  # nobody knows how far it got
                break
        while [*tmp_path.glob("test/workers/*/containers/*")]:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("seed", range(PLAYS))
async def test_r4_killed_at_any_moment_no_container_is_left_and_none_starts_twice(
    tmp_path: Path, seed: int
) -> None:
    """S8: octotui is killed; by seed also its agent, and what is in front of the container."""
    chance = random.Random(seed)
    (tmp_path / "data").mkdir()
    body = "echo x >>/data/begun; sleep 0.5; echo x >>/data/over"
    declared = space(box(body, mounts=(f"{tmp_path / 'data'}:/data",)))
    (tmp_path / "model.toml").write_text(dump(declared))
    state = tmp_path / "state"
    command = [sys.executable, "-m", "octotui", "run", tmp_path / "model.toml", "a", "--state", state]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await asyncio.sleep(chance.uniform(0.3, 3.0))
    running.kill()
    running.wait()
    if chance.random() < 0.5:
        for agent in living(state):
            os.kill(agent, signal.SIGKILL)
    if chance.random() < 0.5:
        kill(str(state), "__octotui_helpers=/")
    async with asyncio.timeout(90), open_space(declared, state, "ann", time.time) as session:
        async for present in session.states():
            if not present.runs or any(job.state == "asking" for job in present.jobs.values()):
                break
    for _ in range(2):  # what could not be removed at the end is removed when it is opened next
        if not containers_of(tmp_path):
            break
        async with open_space(declared, state, "ann", time.time):
            await asyncio.sleep(0.5)
    assert containers_of(tmp_path) == []
    assert not [*state.glob("*/workers/*/containers/*")]
    begun = tmp_path / "data" / "begun"
    assert not begun.exists() or begun.read_text().count("x") == 1
    end_agents(state)
