"""S8, M1: containers on machines that are reached over SSH, by an agent there, and by nothing but sh."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine.commands import CancelRun, StartRun
from octotui.model.machines.accounts import SshSettings
from octotui.model.space import Model, Worker
from octotui.runtime.open_space import open_space
from octotui.workers import reaching
from tests.podman import CONFIG, PODMAN, containered, containers_of
from tests.runtime.jobs.test_package_acquisition import ended
from tests.runtime.test_containers import _read, box, space, until
from tests.sshd import MakeSshd, Sshd, needs_sshd
from tests.workers.agents import end_agents
from tests.workers.shell_machines import programs_of_busybox

pytestmark = [
    needs_sshd,
    pytest.mark.usefixtures("containered"),
    pytest.mark.xdist_group("podman"),
]
__all__ = ["containered"]

BODY = """
echo "$Octopus_Step_Name on $(get_octopusvariable Octopus.Worker.Name)"
echo text >kept.txt
new_octopusartifact "$PWD/kept.txt" kept
exit 7
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(reaching, "FIRST", 0.05)
    monkeypatch.setattr(reaching, "MOST", 0.2)
    yield
    end_agents(tmp_path)


@pytest.fixture(params=["agent", "sh"])
def there(request: pytest.FixtureRequest, make_sshd: MakeSshd, tmp_path: Path) -> Sshd:
    """A machine with podman, and with Python or nothing but busybox."""
    given = f"SetEnv HOME={tmp_path / 'machine' / 'home'} CONTAINERS_CONF={CONFIG}"
    if request.param == "sh":
        programs = programs_of_busybox(tmp_path / "programs")
        (programs / "podman").symlink_to(PODMAN or "")
        given += f" PATH={programs}"
    return make_sshd(given)


def on(server: Sshd, declared: Model) -> Model:
    workers = {"worker1": Worker(name="worker1", endpoint=server.endpoint)}
    return replace(declared, workers=workers, ssh=SshSettings(keep_alive=0.3))


async def test_s8_a_container_over_ssh_is_as_one_here(there: Sshd, tmp_path: Path) -> None:
    declared = on(there, space(box(BODY)))
    async with asyncio.timeout(120), open_space(declared, tmp_path / "state", "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await ended(session)
        done = await _read(session, "run-1")
    assert (done.job.state, done.job.exit_code) == ("failed", 7), done.logs
    assert done.log.startswith("Box on worker1\n")
    assert [each.name for each in done.job.artifacts] == ["kept"]
    assert containers_of(tmp_path) == []
    assert not [*there.home.rglob("containers/*-job-*")]


async def test_s5_a_container_over_ssh_is_cancelled_also_after_its_connection_broke(
    there: Sshd, tmp_path: Path
) -> None:
    declared = on(there, space(box("trap '' TERM; echo there; while :; do sleep 0.1; done", grace=1.0)))
    async with asyncio.timeout(120), open_space(declared, tmp_path / "state", "ann", time.time) as session:
        await session.send(StartRun(process="a", requester="ann"))
        await until(session, "there")
        there.cut()
        await session.send(CancelRun(run="run-1", by="ann"))
        await ended(session)
        assert containers_of(tmp_path) == []
        done = await _read(session, "run-1")
    assert done.job.state == "cancelled"
    assert not [*there.home.rglob("containers/*-job-*")]
