"""M1: many attempts are followed by few commands, which take turns."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.remote.shell import following
from octotui.workers.remote.shell.following import FollowTurns, _Following
from octotui.workers.remote.shell.machine import ShellMachine
from tests.workers.jobs import work
from tests.workers.local_transport import LocalTransport


async def test_m1_all_are_followed_though_there_is_room_for_few(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "TURN", 0.1)
    go, bodies = tmp_path / "go", [bytearray() for _ in range(following.TURNS + 2)]
    keys = [AttemptKey("space-1", f"job-{each}.1-1") for each in range(len(bodies))]
    script = f"echo one; until [ -e {go} ]; do sleep 0.05; done; echo two"
    for key in keys:
        await machine.processes.start(key, work(tmp_path, script, shell="sh"), "{}")
    follows = [
        asyncio.create_task(machine.processes.follow(key, body.extend))
        for key, body in zip(keys, bodies, strict=True)
    ]
    most = 0
    async with asyncio.timeout(60):
        while not all(bodies):
            most = max(most, sum(each.process.returncode is None for each in way.opened))
            await asyncio.sleep(0.02)
    go.touch()
    ends = await asyncio.wait_for(asyncio.gather(*follows), 60)
    assert {each.outcome.state for each in ends} == {"succeeded"}
    assert {bytes(each) for each in bodies} == {b"one\ntwo\n"}
    assert most <= following.TURNS + 2  # one that is dropped takes a moment to end


async def test_a_turn_lasts_as_long_as_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "TURNS", 1)
    turns = FollowTurns()
    async with turns.turn():
        ending = asyncio.create_task(turns.end(0.01))
        await asyncio.sleep(0.05)
        assert not ending.done()

        async def another() -> None:
            async with turns.turn():
                pass

        waiting = asyncio.create_task(another())
        await asyncio.wait_for(ending, 10)
        assert not waiting.done()
    await waiting


async def test_m1_a_shell_that_is_stopped_is_noticed_and_the_attempt_followed_anew(
    machine: ShellMachine, way: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BEAT", 2)
    monkeypatch.setattr(following, "PATIENCE", 3.0)
    go, begun, body = tmp_path / "go", tmp_path / "begun", bytearray()
    key = AttemptKey("space-1", "job-1.1-1")
    script = f"touch {begun}; until [ -e {go} ]; do sleep 0.05; done; echo two"
    await machine.processes.start(key, work(tmp_path, script, shell="sh"), "{}")
    follow = asyncio.create_task(machine.processes.follow(key, body.extend))
    async with asyncio.timeout(60):
        while not begun.exists():
            await asyncio.sleep(0.02)
        await asyncio.sleep(4.0)
        assert not follow.done()  # it is quiet, and says that it is alive
        stopped = way.opened[-1].process.pid
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(Unreachable, match="says nothing for 3 s"):
            await follow
        with suppress(ProcessLookupError):
            os.kill(stopped, signal.SIGCONT)
        go.touch()
        assert (await machine.processes.follow(key, body.extend)).outcome.state == "succeeded"
    assert bytes(body) == b"two\n"


@pytest.mark.parametrize("said", ["many", "long"])
def test_m1_what_a_machine_says_of_an_attempt_is_bounded(said: str) -> None:
    heard = _Following(lambda *chunk: None, 0, lambda sentence: None)
    for _ in range(1000):
        heard._take_notice(True, following.ALIVE)
    with pytest.raises(Unreachable, match="does not end" if said == "many" else "is too long"):  # noqa: PT012 - as often as it takes
        for _ in range(1000):
            heard._take_notice(said == "many", b"x" * (1 << 20 if said == "long" else 1))
