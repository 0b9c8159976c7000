import asyncio
from pathlib import Path

import pytest

from octotui.workers.agent.frames import head
from octotui.workers.agent_client.agents import Agents
from octotui.workers.executor import unread
from octotui.workers.machine import AttemptKey, Unreachable
from octotui.workers.remote import channel as remote_channel
from octotui.workers.remote.channel import MachineChannel, RelayChannel
from octotui.workers.remote.machine import RemoteMachine
from tests.workers.jobs import work
from tests.workers.local_transport import DeclaredMachines, LocalTransport


class ScriptedRelay:
    """A relay that says what it is given to say."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[bytes] = asyncio.Queue()
        self.heard = bytearray()

    async def read(self, most: int) -> bytes:
        return await self.said.get()

    async def write(self, data: bytes) -> None:
        self.heard += data

    async def close(self) -> None:
        pass


async def test_m1_what_is_lost_is_lost_for_all_who_wait(machine: RemoteMachine, way: LocalTransport) -> None:
    await machine.boot()
    reading = [asyncio.create_task(machine.facts()) for _ in range(3)]
    await asyncio.sleep(0)
    way.cut()
    for each in reading:
        with pytest.raises(Unreachable):
            await each
    assert (await machine.facts()).system
    assert len(way.opened) == 2


@pytest.mark.parametrize(
    "said",
    [
        b"rubbish rubbish",
        head({"call": "x", "took": "y"})[:5] + b"\xff" * 50,
        head({"from": []}),
        head({"call": 1}, remote_channel.LARGEST + 1),
        head({}),
        b"",
    ],
)
async def test_r6_a_relay_that_talks_rubbish_is_given_up(said: bytes) -> None:
    relay = ScriptedRelay()
    channel = RelayChannel(relay)
    asking = asyncio.create_task(channel.ask("facts"))
    relay.said.put_nowait(said)
    with pytest.raises(Unreachable):
        await asyncio.wait_for(asking, 5)
    with pytest.raises(Unreachable):
        await channel.ask("facts")
    await channel.close()


async def test_m1_a_relay_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_channel, "PING", 0.02)
    monkeypatch.setattr(remote_channel, "SILENCE", 0.05)
    relay = ScriptedRelay()
    channel = RelayChannel(relay)
    relay.said.put_nowait(head({"pong": 1}))
    with pytest.raises(Unreachable, match="it has said nothing for 0 s"):
        await channel.ask("facts")
    assert channel.latency is not None
    await channel.close()
    assert head({"ping": 1}) in relay.heard


async def test_m1_a_machine_is_watched_closely_while_anything_of_it_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call, a job of an agent, or what was sent since the last question; questions do not count."""
    monkeypatch.setattr(remote_channel, "PING", 0.02)
    relay, awaited, watched = ScriptedRelay(), [True], list[bool]()
    channel = RelayChannel(relay, lambda: bool(awaited), watched.append)

    async def asked_again() -> None:
        count = relay.heard.count(head({"ping": 1}))
        while relay.heard.count(head({"ping": 1})) < count + 3:
            await asyncio.sleep(0.005)

    await asked_again()
    assert not watched, "a job is awaited"
    awaited.clear()
    await asked_again()
    assert watched == [False]
    asking = asyncio.create_task(channel.ask("facts"))
    await asked_again()
    assert watched == [False, True]
    relay.said.put_nowait(head({"call": 1, "ok": True}))
    await asyncio.gather(asking, return_exceptions=True)
    await asked_again()
    assert watched == [False, True, False]
    await channel.close()


async def test_m1_nothing_is_awaited_of_agents_that_know_no_attempt(
    machine: RemoteMachine, way: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, relax = list[RelayChannel](), RelayChannel._relax

    def look(channel: RelayChannel) -> None:
        relax(channel)
        looks.append(channel)

    monkeypatch.setattr(RelayChannel, "_relax", look)
    monkeypatch.setattr(remote_channel, "PING", 0.05)
    key = AttemptKey("space-1", "job-1.1-1")
    await machine.processes.start(key, work(Path(machine.directory), "true", shell="sh"), "{}")
    await machine.processes.follow(key, unread)
    looks.clear()
    while len(looks) < 3:
        await asyncio.sleep(0.01)
    assert way.watched == []
    await machine.processes.clean(key)
    while way.watched != [False]:
        await asyncio.sleep(0.01)
    await machine.facts()
    assert way.watched[:2] == [False, True]


async def test_one_channel_is_opened_however_many_ask(
    machines: DeclaredMachines, way: LocalTransport
) -> None:
    """Also for several workers of one account."""
    two = [machines.machine(each, None) for each in ("worker1", "worker2")]
    await asyncio.gather(*(each.boot() for each in two for _ in range(5)))
    assert len(way.opened) == 1
    assert two[0].latency is not None


async def test_m1_a_machine_that_is_away_is_tried_again(machine: RemoteMachine, way: LocalTransport) -> None:
    way.is_away = True
    for _ in range(2):
        with pytest.raises(Unreachable, match="no route to it"):
            await machine.boot()
    assert machine.latency is None
    way.is_away = False
    assert await machine.boot()


async def test_to_close_one_that_was_never_opened_does_nothing(way: LocalTransport) -> None:
    channel = MachineChannel(way)
    await channel.close()
    assert channel.present is None


async def test_m1_agents_are_closed_all_at_once(way: LocalTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not answer holds up no other."""
    together, closed = asyncio.Barrier(2), []

    async def close(agents: Agents) -> None:
        await together.wait()
        closed.append(agents)

    monkeypatch.setattr(remote_channel, "CLOSING", 5.0)
    monkeypatch.setattr(Agents, "close", close)
    channel = MachineChannel(way)
    for name in ("one", "other"):
        channel.agents[name, "space"] = Agents.__new__(Agents)
    await channel.close()
    assert len(closed) == 2


@pytest.mark.parametrize("strange", [{"part": True}, {"took": float("inf")}, {"took": 1}, {"took": "x"}])
async def test_m1_a_relay_that_says_strange_things_of_a_call_is_given_up(strange: dict[str, object]) -> None:
    relay = ScriptedRelay()
    channel = RelayChannel(relay)
    asking = asyncio.create_task(channel.ask("facts"))
    await asyncio.sleep(0)
    relay.said.put_nowait(head({"call": 1, **strange}))
    with pytest.raises(Unreachable):
        await asyncio.wait_for(asking, 5)
    assert channel.lost is not None
    await channel.close()
