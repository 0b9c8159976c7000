"""M1, M2: which way a machine is worked on, also where it gets a Python or loses it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from octotui.store.cancellation import Cancellation
from octotui.workers.executor import StartError
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.remote import first_contact
from octotui.workers.remote.chosen import ChosenMachine, ChosenMachines
from octotui.workers.remote.unpacked_archives import UnpackedArchives
from tests.workers.agents import end_agents
from tests.workers.conformance import sent, sha256
from tests.workers.jobs import work
from tests.workers.local_transport import LocalTransport
from tests.workers.shell_machines import programs_of_busybox

ATTEMPT, NEXT = AttemptKey("space-1", "job-1.1-1"), AttemptKey("space-1", "job-2.1-1")


class Sessions:
    """The machine, as one session after the other reaches it."""

    def __init__(self, way: LocalTransport, folder: Path) -> None:
        self.way = way
        self.folder = folder
        self.made: list[ChosenMachines] = []

    def next(self) -> ChosenMachine:
        archives = UnpackedArchives(self.folder / "fetched")
        self.made.append(ChosenMachines(lambda worker: self.way, "space", archives))
        return self.made[-1].machine("worker1", str(self.folder / "worker1"))


@pytest.fixture
async def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sessions]:
    """Sessions with a machine that has nothing but busybox, until its PATH is another."""
    monkeypatch.setattr(first_contact, "COMMAND", first_contact.finding(["python3"]))
    programs = programs_of_busybox(tmp_path / "programs")
    made = Sessions(LocalTransport(tmp_path / "account", {"PATH": str(programs)}), tmp_path)
    yield made
    for each in made.made:
        await each.close()
    end_agents(tmp_path)


@pytest.fixture
def way(sessions: Sessions) -> LocalTransport:
    return sessions.way


def nothing(chunk: bytes) -> None:
    pass


PYTHON = os.environ["PATH"]


async def test_m1_a_machine_with_a_python_is_worked_on_by_an_agent(
    sessions: Sessions, way: LocalTransport, tmp_path: Path
) -> None:
    way.environment["PATH"] = PYTHON
    there = sessions.next()
    assert (await there.facts()).python
    await there.processes.start(ATTEMPT, work(tmp_path, "exit 3", shell="sh"), "{}")
    assert (await there.processes.follow(ATTEMPT, nothing)).outcome.exit_code == 3
    assert not (tmp_path / "worker1" / "attempts").exists()
    assert Path(there.directory) == tmp_path / "worker1"


async def test_m1_one_without_by_its_shell(sessions: Sessions, way: LocalTransport, tmp_path: Path) -> None:
    there = sessions.next()
    assert (await there.facts(["cat"])).tools.keys() == {"cat"}
    await there.processes.start(ATTEMPT, work(tmp_path, "echo x >left", shell="sh"), "{}")
    assert (await there.processes.follow(ATTEMPT, nothing)).outcome.state == "succeeded"
    files = there.processes.workspace(ATTEMPT)
    assert files is not None
    assert [chunk async for chunk in files.get("left", 9)] == [b"x\n"]
    await there.files.put("in/file", sent(b"1"), sha256(b"1"))
    assert [each.path for each in await there.files.list("in")] == ["in/file"]
    assert await there.packages.held() == frozenset()
    async with there.packages.lock("tools", "1.0", Cancellation()):
        pass
    await there.processes.clean(ATTEMPT)
    assert there.processes.workspace(ATTEMPT) is None
    assert there.latency is not None


async def test_m2_what_a_shell_has_begun_is_followed_by_it_once_there_is_a_python(
    sessions: Sessions, way: LocalTransport, tmp_path: Path
) -> None:
    count, go, body = tmp_path / "count", tmp_path / "go", bytearray()
    given = work(
        tmp_path, f"echo once >>{count}; until [ -e {go} ]; do sleep 0.01; done; echo end", shell="sh"
    )
    await sessions.next().processes.start(ATTEMPT, given, "{}")
    way.environment["PATH"] = PYTHON
    later = sessions.next()
    assert (await later.processes.inspect(ATTEMPT)).state == "running"
    await later.processes.start(ATTEMPT, given, "{}")
    following = asyncio.create_task(later.processes.follow(ATTEMPT, body.extend))
    await later.processes.start(NEXT, work(tmp_path, "true", shell="sh"), "{}")
    assert (await later.processes.follow(NEXT, nothing)).outcome.state == "succeeded"
    assert [each.name for each in (tmp_path / "worker1" / "attempts" / "space-1").iterdir()] == [ATTEMPT.name]
    go.touch()
    assert (await following).outcome.state == "succeeded"
    assert (bytes(body), count.read_text()) == (b"end\n", "once\n")
    await later.processes.remove_orphans("space-1", {NEXT.name})
    assert [*(tmp_path / "worker1" / "attempts" / "space-1").iterdir()] == []


async def test_m2_what_an_agent_has_begun_is_not_begun_again_without_python(
    sessions: Sessions, way: LocalTransport, tmp_path: Path
) -> None:
    way.environment["PATH"] = PYTHON
    given = work(tmp_path, "exec sleep 60", shell="sh")
    before = sessions.next()
    await before.processes.start(ATTEMPT, given, "{}")
    way.environment["PATH"] = str(tmp_path / "programs")
    later = sessions.next()
    assert (await later.processes.inspect(ATTEMPT)).state == "lost"
    with pytest.raises(StartError, match="no Python any more"):
        await later.processes.start(ATTEMPT, given, "{}")
    await before.processes.stop(ATTEMPT, 0.0)
    await before.processes.follow(ATTEMPT, nothing)


async def test_m1_no_way_is_chosen_while_it_is_away(sessions: Sessions, way: LocalTransport) -> None:
    there = sessions.next()
    way.is_away = True
    with pytest.raises(Unreachable):
        await there.boot()
    way.is_away = False
    assert not (await there.facts()).python
