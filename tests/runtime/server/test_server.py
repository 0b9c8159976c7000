"""A space that many look at: snapshot, then events; rights; clients that are slow, broken or hostile."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state.snapshot import decode, encode
from octotui.model.space import Access, Value
from octotui.model.values import Prompt
from octotui.runtime.server import connection, protocol
from octotui.runtime.server.protocol import (
    DoneReply,
    EventsMessage,
    Goodbye,
    Hello,
    RefusedReply,
    SendRequest,
    SnapshotMessage,
    Welcome,
)
from octotui.runtime.server.server import FAR
from tests.runtime.served import Served, served, until
from tests.world import manual, model, script

LARGE = Value(kind="prompt", prompt=Prompt(required=False))
MODEL = model({"go": [script("A"), script("B")], "ask": [manual("May it?")]}, variables={"Large": (LARGE,)})
HELLO = Hello(version=protocol.VERSION)


async def test_a_client_is_told_who_it_is_the_present_and_then_what_happens(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(HELLO)
        welcome = await raw.hear()
        assert (type(welcome), welcome.user, welcome.version) == (Welcome, "ann", protocol.VERSION)
        state = decode(bytes((await raw.until(SnapshotMessage)).state))
        assert encode(state) == encode(here.session.state)
        await here.session.send(commands.StartRun(process="go"))
        await until(lambda: "job-1.1" in here.hands.jobs)
        here.hands.end("job-1.1")
        while state.seq < here.session.state.seq:
            for event in (await raw.until(EventsMessage)).events:
                assert event.seq == state.seq + 1
                state = evolve(state, event)
        assert encode(state) == encode(here.session.state)


async def test_what_is_asked_is_answered_after_its_events_were_told(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(HELLO)
        await raw.until(SnapshotMessage)
        raw.say(SendRequest(id=7, request=commands.StartRun(process="go")))
        told = await raw.until(EventsMessage)
        done = await raw.until(DoneReply)
        assert done.id == 7
        assert done.events[0] in told.events
        assert done.events[0].requester == "ann"
        raw.say(SendRequest(id=8, request=commands.StartRun(process="nothing")))
        assert await raw.until(RefusedReply) == RefusedReply(
            id=8, reason="there is no runbook or project nothing"
        )


async def test_who_knows_an_earlier_moment_is_told_what_came_since(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        before = here.session.state.seq
        await here.session.send(commands.StartRun(process="go"))
        raw = await here.raw()
        raw.say(replace(HELLO, since=before))
        assert isinstance(await raw.hear(), Welcome)
        told = await raw.hear()
        assert isinstance(told, EventsMessage)
        assert [each.seq for each in told.events] == list(range(before + 1, here.session.state.seq + 1))


@pytest.mark.parametrize("since", [-FAR, 10**6])
async def test_who_is_too_far_behind_or_ahead_is_told_the_present(tmp_path: Path, since: int) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(replace(HELLO, since=since))
        await raw.until(Welcome)
        assert isinstance(await raw.hear(), SnapshotMessage)


async def test_who_only_asks_is_told_nothing_else(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(replace(HELLO, follow=False))
        await raw.until(Welcome)
        raw.say(SendRequest(id=1, request=commands.StartRun(process="go")))
        assert isinstance(await raw.hear(), DoneReply)


class TestRights:
    """I8: each right by itself; who lacks it is refused, and that is kept."""

    async def test_nobody_but_the_owner_may_look_where_nothing_is_said(self, tmp_path: Path) -> None:
        async with served(MODEL, tmp_path) as here:
            raw = await here.raw("eve")
            raw.say(HELLO)
            goodbye = await raw.hear()
            assert goodbye.kind == "forbidden"
            assert "the right “read”" in goodbye.reason
            assert await raw.hear() is None
            (refused,) = here.events(events.ActionRefused)
            assert (refused.user, refused.origin) == ("eve", "process 1 on pts/1")

    async def test_who_may_answer_may_not_start_and_that_is_kept(self, tmp_path: Path) -> None:
        declared = replace(MODEL, access=Access(answer=("bob",)))
        async with served(declared, tmp_path) as here:
            await here.session.send(commands.StartRun(process="ask", requester="ann"))
            raw = await here.raw("bob")
            raw.say(HELLO)
            await raw.until(SnapshotMessage)
            raw.say(SendRequest(id=1, request=commands.StartRun(process="go", requester="ann")))
            assert "the right “start”" in (await raw.until(RefusedReply)).reason
            raw.say(SendRequest(id=2, request=commands.CancelRun(run="run-1", by="ann")))
            assert "the right “start”" in (await raw.until(RefusedReply)).reason
            raw.say(
                SendRequest(id=3, request=commands.TakeInterruption(interruption="question-1", user="ann"))
            )
            (taken,) = (await raw.until(DoneReply)).events
            assert (taken.user, taken.origin) == ("bob", "process 1 on pts/1")
            refused = here.events(events.ActionRefused)
            assert [(each.user, each.action, each.subject) for each in refused] == [
                ("bob", "StartRun", "go"),
                ("bob", "CancelRun", "run-1"),
            ]

    async def test_only_the_owner_may_stop_it(self, tmp_path: Path) -> None:
        declared = replace(MODEL, access=Access(start=("bob",)))
        async with served(declared, tmp_path) as here:
            async with here.attached("bob") as bob:
                with pytest.raises(commands.Refused, match="only ann, who started the server, may stop it"):
                    await bob.stop()
            assert not here.server.stopped.is_set()
            async with here.attached() as ann:
                await ann.stop()
            assert here.server.stopped.is_set()

    async def test_an_answer_that_is_refused_is_kept(self, tmp_path: Path) -> None:
        """I2, I6: who is no member of the team, though they may answer here."""
        declared = replace(MODEL, access=Access(answer=("bob",)))
        async with served(declared, tmp_path) as here, here.attached("bob") as bob:
            with pytest.raises(commands.Refused):
                await bob.send(commands.TakeInterruption(interruption="question-9", user="ann"))
            (refused,) = here.events(events.ActionRefused)
            assert (refused.user, refused.action, refused.subject) == (
                "bob",
                "TakeInterruption",
                "question-9",
            )


class TestBadClients:
    @pytest.mark.parametrize(
        "said",
        [
            b"\x00\xff rubbish\n",
            b"{}\n",
            b"[" * 100_000 + b"\n",
            b'{"type":"Send","id":1,"request":{"type":"StartRun","process":"go"}}\n',
            b'{"type":"Hello","version":99}\n',
            b'{"type":"Hello","version":1}\n{"type":"Send","id":1,"request":{"type":"Tick"}}\n',
            b'{"type":"Hello","version":1}\n{"type":"Send","id":1,"request":'
            b'{"type":"ReportOutcome","job":"job-1.1","attempt":1,"outcome":{"state":"succeeded"}}}\n',
            b'{"type":"Hello","version":1}\n{"type":"ReadLog","id":1,"run":"../..","job":"job-1.1","offset":0}\n',
            b'{"type":"Hello","version":1}\n{"type":"Family","id":1,"root":"run-x"}\n',
            b"x" * (protocol.LONGEST + 10),
        ],
        ids=["bytes", "nothing", "deep", "before hello", "version", "tick", "outcome", "path", "run", "long"],
    )
    async def test_what_no_client_says_is_told_and_the_client_let_go(
        self, tmp_path: Path, said: bytes
    ) -> None:
        async with served(MODEL, tmp_path) as here:
            raw = await here.raw()
            raw.say(said)
            goodbye = await raw.until(Goodbye)
            assert goodbye.kind == "wrong"
            assert await raw.hear() is None
            await until(lambda: not here.server.seats)
            await self.still_well(here)

    async def test_a_client_that_does_not_listen_is_let_go_and_holds_nobody_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "ROOM", 50_000)
        async with served(MODEL, tmp_path) as here:
            stalled = await here.raw()
            stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
            stalled.say(HELLO)
            await until(lambda: any(seat.follows for seat in here.server.seats))
            async with here.attached() as client:
                for _ in range(400):
                    await client.send(commands.StartRun(process="go", variables={"Large": "x" * 2000}))
                    if len(here.server.seats) == 1:
                        break
                assert len(here.server.seats) == 1, "the slow one is still there"
                assert client.state.seq == here.session.state.seq

    async def test_a_client_that_takes_nothing_of_its_snapshot_is_let_go(self, tmp_path: Path) -> None:
        async with served(MODEL, tmp_path) as here:
            await self.stuck(here)

    @staticmethod
    async def stuck(here: Served) -> None:
        raw = await here.raw()
        raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        raw.say(HELLO)
        await until(lambda: any(seat.follows for seat in here.server.seats))
        (seat,) = here.server.seats
        seat.write(b"x" * (4 << 20))
        now = time.monotonic()
        assert not seat.is_stuck(now)
        assert not seat.is_stuck(now + connection.PATIENCE - 1)
        assert seat.is_stuck(now + connection.PATIENCE + 1)

    async def still_well(self, here: Served) -> None:
        async with here.attached() as client:
            (queued, *_) = await client.send(commands.StartRun(process="go"))
            assert isinstance(queued, events.RunQueued)


async def test_two_hundred_clients_some_stalled_some_talking_rubbish_and_none_misses_anything(
    tmp_path: Path,
) -> None:
    async with served(MODEL, tmp_path) as here:
        raws = [await here.raw() for _ in range(200)]
        good, stalled, babbling = raws[:100], raws[100:150], raws[150:]
        for raw in (*good, *stalled):
            raw.say(HELLO)
        for raw in stalled:
            raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for raw in babbling:
            raw.say(b"rubbish\n")
        states = [decode(bytes((await raw.until(SnapshotMessage)).state)) for raw in good]
        for _ in range(20):
            await here.session.send(commands.StartRun(process="go"))
        last = here.session.state.seq
        for raw, state in zip(good, states, strict=True):
            while state.seq < last:
                for event in (await raw.until(EventsMessage)).events:
                    assert event.seq == state.seq + 1
                    state = evolve(state, event)  # noqa: PLW2901 - it moves on


async def test_one_line_of_100_mb_costs_the_server_nothing(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        raw = await here.raw()

        async def pour() -> None:
            for _ in range(100):
                raw.say(b"x" * (1 << 20))
                await raw.writer.drain()

        with pytest.raises((ConnectionError, TimeoutError)):
            await asyncio.wait_for(pour(), 20)
        await client.send(commands.StartRun(process="go"))


async def test_a_socket_that_somebody_removes_is_there_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.runtime.server.server.LOOK", 0.02)
    async with served(MODEL, tmp_path) as here, here.attached() as before:
        path = here.folder.path / "socket"
        path.unlink()
        await until(path.exists)
        async with here.attached() as after:
            await after.send(commands.StartRun(process="go"))
            await until(lambda: before.state.seq == after.state.seq)


async def test_at_its_end_everybody_is_told_and_the_socket_is_gone(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(HELLO)
        await raw.until(SnapshotMessage)
        await here.server.close()
        assert (await raw.until(Goodbye)).kind == "stopped"
        assert not (here.folder.path / "socket").exists()
        await here.server.open()


def test_messages_are_one_line_each() -> None:
    message = SendRequest(id=1, request=commands.StartRun(process="a\nb"))
    assert protocol.line(message).count(b"\n") == 1
    assert msgspec.json.decode(protocol.line(message), type=protocol.ToServer) == message
