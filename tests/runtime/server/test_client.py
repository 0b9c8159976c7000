"""A client of a space's server: the same State, also after the server went away."""

import asyncio
import gc
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.engine.state.snapshot import encode
from octotui.model.space import Access, Channel
from octotui.model.toml.read import load
from octotui.runtime.server import client as module
from octotui.runtime.server import protocol
from octotui.runtime.server.client import Client
from octotui.runtime.server.model_watcher import ModelWatcher
from octotui.runtime.server.server import Server
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError
from octotui.store.space_folder import SpaceFolder
from octotui.store.trusted_path import UntrustedPath, forget_owners, name_owner
from tests.runtime.served import OWNER, served, until
from tests.world import manual, model, script

MODEL = model({"go": [script("A")], "ask": [manual("May it?")]})


async def test_it_has_the_same_state_records_and_families_as_the_session(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        told: list[int] = []
        client.listen(lambda events, before, after: told.extend(event.seq for event in events))
        events = await client.send(commands.StartRun(process="go"))
        assert events[0].run == "run-1"
        await until(lambda: here.hands.jobs)
        here.hands.end("job-1.1")
        await until(lambda: not here.session.state.families and client.state.seq == here.session.state.seq)
        assert encode(client.state) == encode(here.session.state)
        assert client.recent() == here.session.recent()
        assert [each.state for each in client.recent()] == ["succeeded"]
        assert encode(await client.family("run-1")) == encode(await here.session.family("run-1"))
        for others in (False, True):
            events = await client.events_of("run-1", others=others)
            assert events == await here.session.events_of("run-1", others=others)
        assert told == list(range(2, client.state.seq + 1))


async def test_states_come_merged_and_end_with_the_server(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        seen = []

        async def follow() -> None:
            async for state in client.states():
                seen.append(state.seq)  # noqa: PERF401 - they are looked at as they come

        following = asyncio.ensure_future(follow())
        await asyncio.gather(*(client.send(commands.StartRun(process="ask")) for _ in range(20)))
        await until(lambda: seen and seen[-1] == here.session.state.seq)
        assert len(seen) < 15
        here.server.farewell = "ann stopped it"
        await here.server.close()
        with pytest.raises(StoreError, match="ann stopped it"):
            await asyncio.wait_for(following, 5)
        with pytest.raises(StoreError, match="ann stopped it"):
            await client.send(commands.StartRun(process="ask"))
        await here.server.open()


async def test_it_finds_a_server_that_comes_back_and_misses_nothing(tmp_path: Path) -> None:
    """R4: also when the connection just breaks."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        seq = client.state.seq
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        await here.session.send(commands.StartRun(process="ask", requester="bob"))
        await until(lambda: client.state.seq == here.session.state.seq > seq)
        assert client.trouble == ""
        assert encode(client.state) == encode(here.session.state)
        assert [each.id for each in client.recent()] == ["run-1"]


async def test_r10_what_was_asked_when_the_connection_broke_is_sent_again(tmp_path: Path) -> None:
    """Whether the server had read it or not: the run is started once."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        for turns in range(30):
            asking = asyncio.ensure_future(client.send(commands.StartRun(process="ask")))
            for _ in range(turns):
                await asyncio.sleep(0)
            for connection in tuple(here.server.connections):
                connection._transport.abort()
            (queued, *_) = await asking
            assert queued.run == f"run-{turns + 1}"
            assert client.state.seq >= queued.seq
            await asyncio.sleep(0.005)
            await until(lambda: not client.trouble)
        assert len(here.events(events.RunQueued)) == 30


async def test_r10_while_the_server_is_away_nothing_is_sent(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        here.server._server.close()
        (here.folder.path / "socket").unlink()
        here.server._polling.cancel()
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        await until(lambda: client.trouble)
        with pytest.raises(Refused, match="the server cannot be reached"):
            await client.send(commands.StartRun(process="go"))
        here.server._listen()
        await until(lambda: not client.trouble)
        assert not here.events(events.RunQueued)


async def test_r10_an_older_server_is_not_asked_twice(tmp_path: Path) -> None:
    folder, said = SpaceFolder(tmp_path, "test"), list[bytes]()
    folder.make()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"type":"Welcome","version":1,"user":"ann","process":1}\n')
        said.append(await reader.readline())
        writer.close()

    server = await asyncio.start_unix_server(answer, folder.path / "socket")
    client = Client(folder, time.time)
    await client.open(follow=False)
    with pytest.raises(Undecided, match="check whether it took effect before you ask again"):
        await client.send(commands.StartRun(process="go"))
    await until(lambda: not client.trouble)
    await client.close()
    await until(lambda: len(said) == 2)
    assert said[1] == b""
    server.close()


async def test_r10_where_the_space_fails_at_a_request_its_effect_is_unknown(tmp_path: Path) -> None:
    """A journal that is moved away as it commits has the events, and its session fails all the same."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:

        async def fails(*_: object) -> None:
            raise StoreError("the folder was moved away")

        here.session.send = fails  # type: ignore[method-assign, assignment]
        with pytest.raises(
            StoreError, match=r"moved away; check whether it took effect before you ask again$"
        ):
            await client.send(commands.StartRun(process="go"))
        here.session.history = fails  # type: ignore[method-assign, assignment]
        with pytest.raises(StoreError, match=r"moved away$"):
            await client.history()


async def test_what_is_asked_as_the_client_is_closed_has_an_end(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        async with here.attached() as client:
            asking = asyncio.ensure_future(client.send(commands.StartRun(process="go")))
            await asyncio.sleep(0)
        assert client._reading.done(), "nothing of it continues"
        with pytest.raises(
            StoreError, match="closed before the server answered; check whether it took effect"
        ):
            await asking


async def test_a_reconnecting_client_takes_the_events_that_it_missed_and_no_snapshot(tmp_path: Path) -> None:
    """R4, R10: who listens, to print or to ring, hears each event once, in order."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        told: list[int] = []
        client.listen(lambda events, before, after: told.extend(event.seq for event in events))
        begun, taken = client.state.seq, list[object]()
        take = client._take
        client._take = lambda message: (taken.append(message), take(message))  # type: ignore[method-assign]
        for _ in range(3):
            for connection in tuple(here.server.connections):
                connection._transport.abort()
            await here.session.send(commands.StartRun(process="ask", requester="bob"))
            await until(lambda: client.state.seq == here.session.state.seq)
        assert told == list(range(begun + 1, here.session.state.seq + 1))
        assert not [each for each in taken if isinstance(each, protocol.SnapshotMessage)]


async def test_a_server_is_stopped_though_the_connection_breaks(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        for turns in range(12):
            here.folder.take()
            here.server.stopped.clear()
            stopping = asyncio.ensure_future(client.stop())
            for _ in range(turns):
                await asyncio.sleep(0)
            for connection in tuple(here.server.connections):
                connection._transport.abort()
            await asyncio.wait_for(here.server.stopped.wait(), 5)
            here.folder.release()
            await asyncio.wait_for(stopping, 5)
            await asyncio.sleep(0.01)
            await until(lambda: not client.trouble)


async def test_a_server_that_ends_without_a_word_has_stopped(tmp_path: Path) -> None:
    """Killed, say, as it is to answer: nothing is left to wait for."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        stopping = asyncio.ensure_future(client.stop())
        await asyncio.sleep(0)
        here.server._server.close()
        (here.folder.path / "socket").unlink()
        here.server._polling.cancel()
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        await asyncio.wait_for(stopping, 5)
        await asyncio.sleep(0)


async def test_where_nobody_answers_a_server_is_started_again(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        started: list[Server] = []

        async def again() -> None:
            started.append(Server(here.session, here.folder, owner=OWNER, peer=here._peer))
            await started[-1].open()

        client = Client(here.folder, time.time, again=again)
        await client.open()
        here.server._server.close()
        (here.folder.path / "socket").unlink()
        here.server._polling.cancel()
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        await until(lambda: started and client.trouble == "")
        await client.send(commands.StartRun(process="go"))
        await client.close()
        for server in started:
            await server.close()


async def test_where_none_can_be_started_it_says_why(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:

        async def again() -> None:
            raise StoreError("the model is broken")

        client = Client(here.folder, time.time, again=again)
        await client.open()
        here.server._server.close()
        (here.folder.path / "socket").unlink()
        here.server._polling.cancel()
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        with pytest.raises(StoreError, match="the model is broken"):
            async for _ in client.states():
                pass
        await client.close()


async def test_r6_where_none_is_started_again_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        here.server._server.close()
        (here.folder.path / "socket").unlink()
        here.server._polling.cancel()
        for connection in tuple(here.server.connections):
            connection._transport.abort()
        told = []

        async def hear() -> None:
            async for trouble in client.troubles():
                told.append(trouble)  # noqa: PERF401 - they are looked at as they come

        with pytest.raises(StoreError, match=module.GONE):
            await hear()
        assert told == ["", module.AWAY]


async def test_who_may_not_look_is_told_so(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        with pytest.raises(StoreError, match="eve may not look at this space"):
            async with here.attached("eve"):
                pass


async def test_who_asks_only_needs_no_state(tmp_path: Path) -> None:
    declared = replace(MODEL, access=Access(start=("bob",)))
    async with served(declared, tmp_path) as here, here.attached("bob", follow=False) as client:
        assert (client.user, client.state.seq) == ("bob", 0)
        (queued, *_) = await client.send(commands.StartRun(process="go"))
        assert queued.requester == "bob"


async def test_nobody_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await Client(SpaceFolder(tmp_path, "none"), time.time).open()


async def test_what_people_do_not_ask_for_cannot_be_sent(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        with pytest.raises(TypeError):
            await client.send(commands.Tick())


async def test_a_server_of_another_version_is_told(tmp_path: Path) -> None:
    folder = SpaceFolder(tmp_path, "test")
    folder.make()
    left = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'{"type":"Welcome","version":1,"user":"ann","process":1}\n{"type":"News"}\n')
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_unix_server(answer, folder.path / "socket")
    client = Client(folder, time.time)
    with pytest.raises(StoreError, match="the server has another version: end it with octotui stop"):
        await client.open()
    await client.close()
    await left.wait()
    server.close()


async def test_packages_are_chosen_at_the_server(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        versions, problems = await client.choose(("no-such-package",), Channel(name="Default"))
        assert versions == {}
        assert "no-such-package" in problems[0]


async def test_r10_what_changes_something_has_a_key_and_a_stop_is_meant_for_the_server_that_was_met(
    tmp_path: Path,
) -> None:
    async with answering(tmp_path) as (client, said):
        await client.clock(confirm=False)
        await client.clock(confirm=True)
        await client.send(commands.StartRun(process="go"))
        await client.stop()
    asked, confirmed, started, stopped = said
    assert asked == protocol.ClockRequest(id=1)
    assert isinstance(confirmed, protocol.ClockRequest)
    assert confirmed.confirmed
    assert isinstance(started, protocol.SendRequest)
    assert len({confirmed.key, started.key, None}) == 3
    assert stopped == protocol.StopRequest(id=4, process=4711)


async def test_the_garbage_collector_is_as_it_was_after_a_snapshot(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        for collects in (False, True):
            (gc.enable if collects else gc.disable)()
            async with here.attached() as client:
                assert client.state.seq
                now = gc.isenabled()
            gc.enable()
            assert now == collects


async def test_what_goes_wrong_in_who_listens_is_heard_by_who_looks(tmp_path: Path) -> None:
    """Else it would be silent for ever: nobody else sees what ends its reading."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with served(MODEL, tmp_path) as here, here.attached() as client:
        client.listen(broken)
        await here.session.send(commands.StartRun(process="ask", requester="bob"))
        await until(lambda: client._feed.failure)
        with pytest.raises(ZeroDivisionError):
            client.check()


async def test_what_is_looked_up_while_the_server_is_away_is_an_error_of_the_store(tmp_path: Path) -> None:
    """Lists catch it, as they do where a disk fails."""
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        client.trouble = module.AWAY
        for look_up in (client.history(), client.summary(), client.family("run-1")):
            with pytest.raises(StoreError, match=module.AWAY):
                await look_up


async def test_what_was_answered_is_kept_no_longer(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here, here.attached() as client:
        await client.send(commands.StartRun(process="ask"))
        with pytest.raises(Refused):
            await client.send(commands.StartRun(process="nothing"))
        await client.history()
        assert client._pending._pending == {}


async def test_the_file_that_it_is_opened_with_is_followed_from_then_on(tmp_path: Path) -> None:
    """R4: one whose path is no text, too, though it cannot be told: the server has that from its start."""
    file, other = tmp_path / "model.toml", tmp_path / "other.toml"
    file.write_text('[space]\nname = "Test"\n')
    other.write_text('[space]\nname = "Test"\n[environments.live]\n')
    watcher = ModelWatcher(file, load, load(file))
    async with served(load(file), tmp_path / "state", watcher) as here:
        for named in (other, tmp_path / "b\udcff.toml"):
            client = Client(here.folder, time.time, model=named)
            await client.open()
            assert list(client.state.model.environments) == ["live"]
            assert client.trouble == ""
            await client.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give things to other accounts")
class TestTrust:
    """I9: a client trusts no folder and no server blindly."""

    async def test_i9_a_folder_of_a_stranger_is_refused_before_anything_is_sent(self, tmp_path: Path) -> None:
        async with heard(tmp_path / "strange") as (folder, said):
            os.chown(tmp_path / "strange", 54321, -1)
            with pytest.raises(UntrustedPath, match=f"{tmp_path}/strange belongs to 54321"):
                await Client(folder, time.time).open()
            assert said == []

    async def test_i9_a_server_of_another_account_than_the_folders_hears_nothing(
        self, tmp_path: Path
    ) -> None:
        async with heard(tmp_path) as (folder, said):
            os.chown(folder.path, 65534, -1)
            name_owner("nobody")
            try:
                with pytest.raises(UntrustedPath, match="runs as root, but the folder belongs to nobody"):
                    await Client(folder, time.time).open()
            finally:
                forget_owners()
            await asyncio.sleep(0.05)
            assert said in ([], [b""])

    async def test_i9_a_server_that_comes_back_is_looked_at_again(self, tmp_path: Path) -> None:
        """Also while it is attached: the folder may be another one by then."""
        async with served(MODEL, tmp_path) as here:
            client = Client(here.folder, time.time)
            await client.open()
            os.chown(here.folder.path, 54321, -1)
            for connection in tuple(here.server.connections):
                connection._transport.abort()
            with pytest.raises(UntrustedPath, match="belongs to 54321"):
                async for _ in client.states():
                    pass
            await client.close()
            os.chown(here.folder.path, 0, -1)


@asynccontextmanager
async def heard(base: Path) -> AsyncIterator[tuple[SpaceFolder, list[bytes]]]:
    """A folder with a server that only keeps what is said to it."""
    folder, said = SpaceFolder(base, "test"), list[bytes]()
    folder.make()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(await reader.read())
        writer.close()

    server = await asyncio.start_unix_server(listen, folder.path / "socket")
    yield folder, said
    server.close()
    await asyncio.sleep(0.01)


@asynccontextmanager
async def answering(base: Path) -> AsyncIterator[tuple[Client, list[protocol.ClientRequest]]]:
    """A client, and what it has asked of a server that has done everything."""
    folder, said = SpaceFolder(base, "test"), list[protocol.ClientRequest]()
    folder.make()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(protocol.line(protocol.Welcome(version=1, user="ann", process=4711, remembers=True)))
        while raw := await reader.readline():
            said.append(msgspec.json.decode(raw, type=protocol.ClientRequest))
            writer.write(protocol.line(protocol.DoneReply(id=said[-1].id)))
        writer.close()

    server = await asyncio.start_unix_server(answer, folder.path / "socket")
    client = Client(folder, time.time)
    await client.open(follow=False)
    yield client, said
    await client.close()
    server.close()
    await asyncio.sleep(0.01)


WELCOME = protocol.line(protocol.Welcome(version=1, user=OWNER, process=1))


@pytest.mark.parametrize(
    "sent", [b"", WELCOME[:9], WELCOME, WELCOME + b'{"type":"Snapshot","state":{"seq'], ids=len
)
async def test_a_server_that_stops_within_the_handshake_is_not_waited_for_for_ever(
    tmp_path: Path, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: whether it accepts and says nothing, half a message, or no State."""
    monkeypatch.setattr(module, "HANDSHAKE", 0.2)
    folder = SpaceFolder(tmp_path, "test")
    folder.make()
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await reader.read()
        closed.set()
        writer.close()

    async with await asyncio.start_unix_server(serve, folder.path / "socket"):
        client = Client(folder, time.time)
        before = asyncio.all_tasks()
        me = os.getpid()
        with pytest.raises(
            StoreError, match=rf"the server of test does not answer \(pid {me}\): .*kill -CONT {me}"
        ):
            await client.open()
        await asyncio.wait_for(closed.wait(), 5)
        await until(lambda: asyncio.all_tasks() <= before)


async def test_a_server_that_accepts_nobody_any_more_holds_no_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that was stopped, the queue of connections is full some day."""
    monkeypatch.setattr(module, "HANDSHAKE", 0.2)
    folder = SpaceFolder(tmp_path, "test").take()
    with socket.socket(socket.AF_UNIX) as stopped, socket.socket(socket.AF_UNIX) as first:
        stopped.bind(str(folder.path / "socket"))
        stopped.listen(0)
        first.connect(str(folder.path / "socket"))
        with pytest.raises(StoreError, match=rf"the server of test does not answer \(pid {os.getpid()}\)"):
            await Client(folder, time.time).open()
    folder.release()


class SilentServer:
    """A server of the protocol that answers no more after its first connection, as one that was stopped."""

    def __init__(self) -> None:
        self.greets = True
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        if self.greets:
            welcome = protocol.Welcome(
                version=protocol.VERSION, process=os.getpid(), user="ann", trouble="the model has errors"
            )
            writer.write(protocol.line(welcome))
        await reader.read(-1)
        writer.close()


@asynccontextmanager
async def silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lasting: bool = True
) -> AsyncIterator[tuple[SilentServer, Client]]:
    """A client whose server has greeted it."""
    monkeypatch.setattr(module, "SILENCE", 0.05)
    monkeypatch.setattr(module, "HANDSHAKE", 0.2)
    folder, server = SpaceFolder(tmp_path, "test"), SilentServer()
    folder.make()
    async with await asyncio.start_unix_server(server.serve, folder.path / "socket"):
        client = Client(folder, time.time, lasting=lasting)
        await client.open(follow=False)
        try:
            yield server, client
        finally:
            await client.close()
            for writer in server.writers:
                writer.close()


async def test_requests_to_a_server_that_was_stopped_later_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: a command may still take effect; a question is refused, and so is what is asked after it."""
    sentence = rf"the server of test does not answer \(pid {os.getpid()}\): .*kill -CONT"
    async with silent(tmp_path, monkeypatch) as (server, client):
        server.greets = False
        asked = asyncio.gather(
            client.send(commands.StartRun(process="go")), client.history(), return_exceptions=True
        )
        started, looked_up = await asyncio.wait_for(asked, 5)
        assert isinstance(started, Undecided)
        assert "check whether it took effect" in str(started)
        assert isinstance(looked_up, StoreError)
        assert "check" not in str(looked_up)
        with pytest.raises(Refused, match=sentence):
            await client.send(commands.StartRun(process="go"))
        assert "does not answer" in client.trouble


async def test_a_server_that_goes_on_is_heard_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with silent(tmp_path, monkeypatch) as (server, client):
        server.greets = False
        await until(lambda: "does not answer" in client.trouble)
        server.writers[0].write(protocol.line(protocol.TroubleMessage(text="")))
        await until(lambda: client.trouble == "")


async def test_a_server_that_goes_on_without_an_event_is_heard_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent(tmp_path, monkeypatch) as (server, client):
        server.greets = False
        await until(lambda: "does not answer" in client.trouble)
        server.greets = True
        await until(lambda: client.trouble == "the model has errors")
        asking = asyncio.ensure_future(client.history())
        await asyncio.sleep(0)
        server.writers[0].write(protocol.line(protocol.DoneReply(id=1)))
        assert await asyncio.wait_for(asking, 5) == []


async def test_what_was_the_problem_before_is_so_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent(tmp_path, monkeypatch) as (server, client):
        server.greets = False
        await until(lambda: "does not answer" in client.trouble)
        server.writers[0].write(protocol.line(protocol.DoneReply(id=7)))
        await until(lambda: client.trouble == "the model has errors")


async def test_a_request_that_takes_long_is_waited_for_while_the_server_answers_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent(tmp_path, monkeypatch) as (server, client):
        asking = asyncio.ensure_future(client.history())
        await until(lambda: len(server.writers) > 5)  # it was looked at again and again
        server.writers[0].write(protocol.line(protocol.DoneReply(id=1)))
        assert await asyncio.wait_for(asking, 5) == []


async def test_a_server_that_was_stopped_ends_who_does_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4: so a verb that waits for a run ends, too."""
    async with silent(tmp_path, monkeypatch, lasting=False) as (server, client):
        server.greets = False
        with pytest.raises(StoreError, match=r"does not answer .*; check whether it took effect"):
            await asyncio.wait_for(client.send(commands.StartRun(process="go")), 5)
        with pytest.raises(StoreError, match="does not answer"):
            client.check()
