import asyncio
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from octotui.workers import agent_program
from octotui.workers.agent.relay import starting
from octotui.workers.local.agents import starter as agent_starter
from octotui.workers.local.agents.starter import AgentStarter
from tests.workers.agents import end_agents, living


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[AgentStarter]:
    yield AgentStarter(str(tmp_path / "agent"))
    end_agents(tmp_path, 0.0)


async def until_one_lives(folder: Path) -> int:
    async with asyncio.timeout(10):
        while not (found := list(living(folder))):
            await asyncio.sleep(0.01)
    return found[0]


async def test_m2_one_agent_of_a_version_lives_whoever_starts_it(
    starter: AgentStarter, tmp_path: Path
) -> None:
    streams = [await each.start() for each in (starter, AgentStarter(str(tmp_path / "agent")), starter)]
    await until_one_lives(tmp_path)
    assert len(list(living(tmp_path))) == 1
    assert starter.versions() == [starter.version]
    for each in streams:
        each.close()


async def test_v5_all_of_it_is_private_and_it_has_none_of_our_environment(
    starter: AgentStarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    before = os.umask(0)
    try:
        stream = await starter.start()
        pid = await until_one_lives(tmp_path)
    finally:
        os.umask(before)
    folder = Path(starter.path(starter.version))
    for path in (folder.parent, folder, *folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert b"s3cret" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert os.getsid(pid) == pid
    stream.close()


async def test_an_agent_that_is_killed_is_followed_by_another(starter: AgentStarter, tmp_path: Path) -> None:
    (await starter.start()).close()
    first = await until_one_lives(tmp_path)
    os.kill(first, 9)
    async with asyncio.timeout(10):
        while list(living(tmp_path)):
            await asyncio.sleep(0.01)
    with pytest.raises(ConnectionRefusedError):
        starter.connect(starter.version)
    stream = await starter.start()
    assert await until_one_lives(tmp_path) != first
    stream.close()


@pytest.mark.parametrize("damage", ["empty", "cut", "longer", "other", "link"])
async def test_a_program_that_is_damaged_is_written_anew(
    starter: AgentStarter, tmp_path: Path, damage: str
) -> None:
    """As a crash of the machine leaves it."""
    folder = Path(starter.path(starter.version))
    folder.mkdir(parents=True)
    program, whole = folder / "program", agent_program.archive()
    if damage == "link":
        program.symlink_to("/dev/zero")
    else:
        texts = {"empty": b"", "cut": whole[:-9], "longer": whole + b"x", "other": bytes(len(whole))}
        program.write_bytes(texts[damage])
    (await starter.start()).close()
    assert not program.is_symlink()
    assert program.read_bytes() == whole
    before = program.stat().st_ino
    starting.write_program(str(program), whole)
    assert program.stat().st_ino == before


async def test_an_agent_that_hangs_is_waited_for_only_so_long(
    starter: AgentStarter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(starter.path(starter.version))
    folder.mkdir(parents=True)
    held = starting.locked(str(folder / "lock"))
    assert held is not None
    monkeypatch.setattr(agent_starter, "PATIENCE", 0.05)
    os.write(held, b"77\n")
    with pytest.raises(TimeoutError, match=r"^the agent \(pid 77\) does not answer$"):
        await starter.start()
    assert starter.versions() == [starter.version]
    os.close(held)
    assert starter.versions() == []


async def test_r6_an_agent_of_another_account_is_told_nothing(
    starter: AgentStarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (await starter.start()).close()
    monkeypatch.setattr(starting, "peer_account", lambda stream: os.geteuid() + 1)
    with pytest.raises(PermissionError, match="another account"):
        starter.connect(starter.version)


async def test_an_agent_that_accepts_nobody_is_not_waited_for(starter: AgentStarter, tmp_path: Path) -> None:
    streams = [await starter.start()]
    pid = await until_one_lives(tmp_path)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError, match=rf"^the agent \(pid {pid}\) does not answer$"):
        streams.extend(starter.connect(starter.version) for _ in range(starting.BACKLOG + 3))
    os.kill(pid, signal.SIGCONT)
    for each in streams:
        each.close()
