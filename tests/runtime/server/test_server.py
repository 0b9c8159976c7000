"""A space that many look at: snapshot, then events; rights; clients that are slow, broken or hostile."""

import asyncio
import grp
import os
import time
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.evolve.evolve import evolve
from octotui.engine.queries.query import Query, Term
from octotui.engine.state.snapshot import decode, encode
from octotui.model.space import Access, Model, Team, Value
from octotui.model.toml.read import load
from octotui.model.values import Prompt
from octotui.runtime.server import admission, connection, protocol, refusals
from octotui.runtime.server.model_watcher import ModelWatcher
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import (
    DoneReply,
    EventsMessage,
    FailedReply,
    FamilyRequest,
    Goodbye,
    Hello,
    HistoryRequest,
    RefusedReply,
    SendRequest,
    SnapshotMessage,
    Welcome,
)
from octotui.runtime.server.server import FAR
from octotui.runtime.state_feed import BATCH
from octotui.store.errors import StoreError
from octotui.store.journal.run_records import RunRecord
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


READERS = Team(name="Readers", members=("bob",))
SHARED = replace(MODEL, teams={"readers": READERS}, access=Access(read=("readers",), answer=("carol",)))
WITHDRAWN = {
    "the right": replace(SHARED, access=Access(answer=("carol",))),
    "the member": replace(SHARED, teams={"readers": replace(READERS, members=("dora",))}),
    "the team": replace(SHARED, teams={}),
    "all of it": replace(SHARED, access=Access()),
}


class TestWithdrawnRights:
    """I8: rights are checked with every request and every frame, not once at connection."""

    @pytest.mark.parametrize("model", WITHDRAWN.values(), ids=list(WITHDRAWN))
    async def test_i8_a_right_that_is_withdrawn_ends_the_streams_of_open_connections(
        self, tmp_path: Path, model: Model
    ) -> None:
        async with served(SHARED, tmp_path) as here:
            raws = [await here.raw(user) for user in ("bob", "bob", "ann")]
            bob, asking, ann = raws
            for raw, follow in ((bob, True), (asking, False), (ann, True)):
                raw.say(replace(HELLO, follow=follow))
                await raw.until(SnapshotMessage if follow else Welcome)
            await here.session.send(commands.LoadModel(model))
            await here.session.send(commands.StartRun(process="go"))
            for raw in (bob, asking):
                goodbye = await raw.hear()
                assert isinstance(goodbye, Goodbye), "and nothing of the new model"
                assert (goodbye.kind, goodbye.reason[:27]) == ("forbidden", "bob may not look at this sp")
                assert await raw.hear() is None
            assert isinstance((await ann.until(EventsMessage)).events[0], events.ModelLoaded)
            await until(lambda: len(here.server.connections) == 1)

    async def test_i8_who_keeps_a_right_goes_on(self, tmp_path: Path) -> None:
        async with served(SHARED, tmp_path) as here, here.attached("carol") as carol:
            await here.session.send(commands.LoadModel(WITHDRAWN["the right"]))
            await until(lambda: carol.state.seq == here.session.state.seq)
            assert await carol.history() == []

    async def test_i8_a_client_is_told_why_its_stream_ended(self, tmp_path: Path) -> None:
        async with served(SHARED, tmp_path) as here, here.attached("bob") as bob:
            await here.session.send(commands.LoadModel(WITHDRAWN["the right"]))
            with pytest.raises(StoreError, match="bob may not look at this space"):
                async for _ in bob.states():
                    pass

    async def test_i8_events_that_wait_for_their_frame_are_not_told_either(self, tmp_path: Path) -> None:
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw("bob")
            raw.say(HELLO)
            await raw.until(SnapshotMessage)
            await here.session.send(commands.StartRun(process="ask"))
            await raw.until(EventsMessage)
            await asyncio.gather(
                here.session.send(commands.StartRun(process="ask")),
                here.session.send(commands.LoadModel(WITHDRAWN["the right"])),
            )
            assert isinstance(await raw.hear(), Goodbye)

    async def test_i8_what_is_read_while_a_right_is_withdrawn_is_not_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            await raw.until(Welcome)
            reading, go_on = asyncio.Event(), asyncio.Event()

            async def slowly(run: str, *, others: bool = False) -> tuple[events.AnyEvent, ...]:
                reading.set()
                await go_on.wait()
                return ()

            monkeypatch.setattr(here.session, "events_of", slowly)
            raw.say(FamilyRequest(id=1, root="run-1"))
            await reading.wait()
            await here.session.send(commands.LoadModel(WITHDRAWN["the right"]))
            go_on.set()
            assert isinstance(await raw.hear(), Goodbye)
            assert await raw.hear() is None

    async def test_i8_a_snapshot_is_not_told_to_who_lost_the_right_while_it_was_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with served(SHARED, tmp_path) as here:
            real = here.session.events

            async def meanwhile(after: int, last: int) -> tuple[events.AnyEvent, ...]:
                await here.session.send(commands.LoadModel(WITHDRAWN["the member"]))
                return await real(after, last)

            monkeypatch.setattr(here.session, "events", meanwhile)
            raw = await here.raw("bob")
            raw.say(HELLO)
            await raw.until(Welcome)
            assert isinstance(await raw.hear(), Goodbye)

    async def test_i8_who_leaves_the_group_of_the_machine_is_let_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        members = {"bob"}
        monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.02)
        monkeypatch.setattr(admission, "is_member", lambda user, group: user in members)
        own = grp.getgrgid(os.getegid()).gr_name
        declared = replace(SHARED, access=replace(SHARED.access, group=own))
        async with served(declared, tmp_path) as here, here.attached() as ann:
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            await raw.until(Welcome)
            await asyncio.sleep(0.1)
            members.clear()
            goodbye = await raw.hear()
            assert (goodbye.kind, goodbye.reason) == (
                "forbidden",
                f"bob may not connect to this space: [access] lets in members of the group {own} only",
            )
            again = await here.raw("bob")
            again.say(HELLO)
            assert (await again.hear()).kind == "forbidden", "a login from before knows no better"
            members.add("bob")
            async with here.attached("bob"):
                await ann.history()

    async def test_i8_another_group_or_none_lets_go_who_came_by_the_old_one(self, tmp_path: Path) -> None:
        own = grp.getgrgid(os.getegid()).gr_name
        declared = replace(SHARED, access=replace(SHARED.access, group=own))
        async with served(declared, tmp_path) as here, here.attached() as ann:
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            await raw.until(Welcome)
            await here.session.send(commands.LoadModel(SHARED))
            assert "names no group" in (await raw.hear()).reason
            await ann.history()

    async def test_i8_who_has_said_no_hello_is_told_nothing_at_all(self, tmp_path: Path) -> None:
        file = tmp_path / "model.toml"
        file.write_text('[space]\nname = "Test"\n')
        watcher = ModelWatcher(file, load, MODEL)
        async with served(MODEL, tmp_path, watcher) as here:
            raw = await here.raw("eve")
            await until(lambda: here.server.connections)
            file.write_text("secret = nonsense")
            await here.server.follow_file()
            assert "has errors" in here.session.trouble
            await here.session.send(commands.StartRun(process="go"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(raw.reader.read(1), 0.2)


@pytest.mark.parametrize(
    ("user", "version", "followed"),
    [("ann", protocol.VERSION, True), ("ann", 99, False), ("bob", protocol.VERSION, False)],
    ids=["the owner", "another version", "another account"],
)
async def test_i8_only_the_owner_names_the_file_of_the_model(
    tmp_path: Path, user: str, version: int, followed: bool
) -> None:
    text = '[space]\nname = "Test"\n[access]\nread = ["bob"]\n'
    file, other = tmp_path / "model.toml", tmp_path / "other.toml"
    file.write_text(text)
    other.write_text(f"{text}[environments.live]\n")
    watcher = ModelWatcher(file, load, load(file))
    async with served(load(file), tmp_path / "state", watcher) as here:
        raw = await here.raw(user)
        raw.say(Hello(version=version, model=str(other)))
        assert isinstance(await raw.hear(), Goodbye if version == 99 else Welcome)
        assert ("live" in here.session.state.model.environments) == followed


class TestCosts:
    """R6, I8: who may not even read costs neither disk nor time, and nobody more than a bounded share."""

    async def test_r6_who_says_nothing_is_let_go(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "HANDSHAKE", 0.2)
        async with served(MODEL, tmp_path) as here, here.attached() as ann:
            silent, slow = await here.raw("eve"), await here.raw("eve")
            for _ in range(3):
                slow.say(b" \n ")
                await asyncio.sleep(0.05)
            for raw in (silent, slow):
                assert (await raw.hear()).kind == "wrong"
                assert await raw.hear() is None
            begun = await here.raw()
            begun.say(HELLO)
            await begun.until(SnapshotMessage)
            begun.say(b'{"type":')
            assert (await begun.until(Goodbye)).kind == "wrong"
            await asyncio.sleep(0.3)
            await ann.history()
            assert len(here.server.connections) == 1, "who listens may be silent"

    async def test_r6_connections_of_an_account_are_bounded(self, tmp_path: Path) -> None:
        async with served(MODEL, tmp_path) as here:
            raws = [await here.raw("eve") for _ in range(100)]
            last = await raws[-1].hear()
            assert last.kind == "forbidden"
            assert last.reason == "eve has 16 connections to this space already: end some of them first"
            assert len(here.server.connections) == admission.STRANGERS
            assert not here.server.is_used, "who may not read keeps no server alive"
            async with here.attached() as ann:
                await ann.send(commands.StartRun(process="go"))
            await here.server._handler.refusals.flush(at_once=True)
            (refused,) = here.events(events.ActionRefused)
            assert (refused.user, refused.action, refused.subject) == ("eve", "Hello", "test")
            assert (refused.reason, refused.more) == (last.reason, 100 - admission.STRANGERS - 1)
            raws[0].writer.transport.abort()
            await until(lambda: len(here.server.connections) == admission.STRANGERS - 1)
            again = await here.raw("eve")
            again.say(HELLO)
            assert "the right “read”" in (await again.hear()).reason

    @pytest.mark.parametrize(
        ("user", "hello", "size"),
        [("eve", False, protocol.SHORT), ("ann", False, protocol.SHORT), ("bob", True, protocol.MEDIUM)],
        ids=["a stranger", "the owner, before Hello", "who only reads"],
    )
    async def test_r6_who_may_ask_for_little_may_say_little(
        self, tmp_path: Path, user: str, hello: bool, size: int
    ) -> None:
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw(user)
            if hello:
                raw.say(replace(HELLO, follow=False))
                await raw.until(Welcome)
            raw.say(b"x" * (size + 1))
            goodbye = await raw.until(Goodbye)
            assert goodbye.reason.endswith(f"a line is longer than {size} bytes")

    async def test_who_may_start_may_say_more(self, tmp_path: Path) -> None:
        asks = {"A": (Value(kind="prompt", prompt=Prompt(required=False)),)}
        async with served(replace(MODEL, variables=asks), tmp_path) as here, here.attached() as ann:
            (queued, *_) = await ann.send(commands.StartRun(process="go", variables={"A": "x" * 500_000}))
            assert len(queued.variables["A"]) == 500_000

    async def test_r6_requests_of_one_client_are_answered_a_few_at_a_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with served(SHARED, tmp_path) as here:
            asked: list[int] = []
            go_on = asyncio.Event()

            async def slowly(_: str, *, others: bool = False) -> tuple[events.AnyEvent, ...]:
                asked.append(1)
                await go_on.wait()
                return ()

            monkeypatch.setattr(here.session, "events_of", slowly)
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            await raw.until(Welcome)
            for number in range(100):
                raw.say(protocol.FamilyRequest(id=number, root="run-1"))
            await asyncio.sleep(0.2)
            assert len(asked) == connection.AT_ONCE
            go_on.set()
            for _ in range(100):
                assert isinstance(await raw.hear(), DoneReply)

    async def test_i8_refusals_without_end_are_a_few_events(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refusals, "PAUSE", 0.0)
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            await raw.until(Welcome)
            for number in range(500):
                raw.say(SendRequest(id=number, request=commands.CancelRun(run="run-1" + "1" * 5000)))
            for _ in range(500):
                assert isinstance(await raw.hear(), RefusedReply)
            await here.server.close()
            kept = here.events(events.ActionRefused)
            await here.server.open()
        assert len(kept) == refusals.BURST + 1
        assert kept[-1].more == 500 - refusals.BURST - 1
        assert all(len(each.subject) <= 200 for each in kept)

    async def test_i8_sums_are_told_while_it_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.02)
        monkeypatch.setattr(refusals, "SUM", 0.05)
        monkeypatch.setattr(refusals, "PAUSE", 0.0)
        async with served(MODEL, tmp_path) as here:
            for _ in range(refusals.BURST + 4):
                raw = await here.raw("eve")
                raw.say(HELLO)
                assert (await raw.hear()).kind == "forbidden"
                raw.writer.transport.abort()
            await until(lambda: any(each.more == 3 for each in here.events(events.ActionRefused)))

    @pytest.mark.parametrize(
        "said",
        [
            b'{"type":"History","id":1,"before":' + b"9" * 400 + b"}\n",
            b'{"type":"History","id":1,"before":-1}\n',
            b'{"type":"ReadLog","id":1,"run":"run-1","job":"job-1.1","offset":' + b"9" * 30 + b"}\n",
            b'{"type":"ReadLog","id":1,"run":"run-1","job":"job-' + b"1" * 5000 + b'","offset":0}\n',
        ],
        ids=["before", "negative", "offset", "name"],
    )
    async def test_r6_numbers_and_names_are_bounded(self, tmp_path: Path, said: bytes) -> None:
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw("bob")
            raw.say(protocol.line(replace(HELLO, follow=False)) + said)
            assert (await raw.until(Goodbye)).kind == "wrong"

    async def test_r6_a_search_of_very_many_words_is_refused(self, tmp_path: Path) -> None:
        async with served(SHARED, tmp_path) as here:
            raw = await here.raw("bob")
            raw.say(replace(HELLO, follow=False))
            words = tuple(map(str, range(51)))
            terms = tuple(Term("word", (word,)) for word in words)
            for asked in (HistoryRequest(id=1, words=words), HistoryRequest(id=2, query=Query(terms))):
                raw.say(asked)
                assert (await raw.until(FailedReply)).reason == "a filter takes 50 words at most"

    async def test_a_client_that_only_reads_asks_for_all_workers_of_a_large_space(
        self, tmp_path: Path
    ) -> None:
        workers = Term("worker", tuple(f"{number:a>36}" for number in range(2400)))
        words = tuple(Term("word", (f"{number:a>100}",)) for number in range(40))
        async with served(SHARED, tmp_path) as here, here.attached("bob") as bob:
            query = Query((workers, *words))
            assert await bob.history(query) == []
            assert (await bob.summary(query)).found == 0

    async def test_a_query_that_no_server_takes_is_not_sent(self, tmp_path: Path) -> None:
        """It fails alone: the server would end the connection for it, and the app with it."""
        async with served(SHARED, tmp_path) as here, here.attached("bob") as bob:
            with pytest.raises(StoreError, match="1000 characters at most"):
                await bob.history(Query((Term("word", ("a" * (1 << 20),)),)))
            assert await bob.history() == []

    async def test_a_query_goes_to_the_server_and_its_count_comes_back(self, tmp_path: Path) -> None:
        async with served(SHARED, tmp_path) as here, here.attached("bob") as bob:
            query = Query((Term("state", ("failed",)), Term("env", ("x",), True)), 1.0, 2.0)
            asked: list[Query] = []

            async def history(query: Query, *_: object) -> list[RunRecord]:
                asked.append(query)
                return []

            here.session.history = history  # type: ignore[method-assign, assignment]
            assert await bob.history(query) == []
            assert asked == [query]
            assert await bob.summary(query) == await here.session.summary(query)

    async def test_what_goes_wrong_in_an_answer_is_an_answer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object) -> list[RunRecord]:
            raise ZeroDivisionError

        async with served(SHARED, tmp_path) as here, here.attached("bob") as bob:
            monkeypatch.setattr(here.session, "history", broken)
            with pytest.raises(StoreError, match="ZeroDivisionError, which is a bug of octotui"):
                await bob.history()


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
            await until(lambda: not here.server.connections)
            await self.still_well(here)

    async def test_a_client_that_does_not_listen_is_let_go_and_holds_nobody_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connection, "ROOM", 50_000)
        async with served(MODEL, tmp_path) as here:
            stalled = await here.raw()
            stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
            stalled.say(HELLO)
            await until(lambda: any(each.follows for each in here.server.connections))
            async with here.attached() as client:
                for _ in range(400):
                    await client.send(commands.StartRun(process="go", variables={"Large": "x" * 2000}))
                    if len(here.server.connections) == 1:
                        break
                assert len(here.server.connections) == 1, "the slow one is still there"
                assert client.state.seq == here.session.state.seq

    async def test_a_client_that_takes_nothing_of_its_snapshot_is_let_go(self, tmp_path: Path) -> None:
        async with served(MODEL, tmp_path) as here:
            await self.stuck(here)

    async def test_r6_who_takes_nothing_is_found_though_nothing_happens(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.02)
        async with served(MODEL, tmp_path) as here, here.attached() as ann:
            monkeypatch.setattr(connection, "PATIENCE", 0.1)
            listening = set(here.server.connections)
            raw = await here.raw()
            raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
            raw.say(HELLO)
            await until(lambda: len([each for each in here.server.connections if each.follows]) == 2)
            (stalled,) = here.server.connections - listening
            stalled.write(b"x" * (4 << 20))
            await until(lambda: here.server.connections == listening)
            await ann.history()

    @staticmethod
    async def stuck(here: Served) -> None:
        raw = await here.raw()
        raw.writer.transport.pause_reading()  # type: ignore[attr-defined]
        raw.say(HELLO)
        await until(lambda: any(accepted.follows for accepted in here.server.connections))
        (accepted,) = here.server.connections
        accepted.write(b"x" * (4 << 20))
        now = time.monotonic()
        assert not accepted.is_stuck(now)
        assert not accepted.is_stuck(now + connection.PATIENCE - 1)
        assert accepted.is_stuck(now + connection.PATIENCE + 1)

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
    monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.02)
    async with served(MODEL, tmp_path) as here, here.attached() as before:
        path = here.folder.path / "socket"
        path.unlink()
        await until(path.exists)
        async with here.attached() as after:
            await after.send(commands.StartRun(process="go"))
            await until(lambda: before.state.seq == after.state.seq)


async def test_its_socket_is_made_anew_for_another_group_and_for_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octotui.runtime.server.server.POLL", 0.01)
    own = grp.getgrgid(os.getegid()).gr_name
    declared = replace(MODEL, access=Access(group=own))
    async with served(declared, tmp_path) as here:
        path, looks = here.folder.path / "socket", list[int]()
        made, keep = path.stat().st_ino, here.server._keep_socket
        here.server._keep_socket = lambda: (keep(), looks.append(1))  # type: ignore[method-assign, assignment]
        await until(lambda: len(looks) > 3)
        assert (path.stat().st_ino, path.stat().st_mode & 0o777) == (made, 0o660)
        await here.session.send(commands.LoadModel(MODEL))
        await until(lambda: path.stat().st_mode & 0o777 == 0o600)
        async with here.attached() as client:
            await client.send(commands.StartRun(process="go"))


async def test_the_end_of_a_session_that_has_failed_is_an_end_like_any_other(tmp_path: Path) -> None:
    """What was refused last cannot be recorded any more."""
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(HELLO)
        await raw.until(SnapshotMessage)
        here.server._handler.refusals.count(Peer(7, "eve", "process 7"), "Hello", "test", "no")
        here.session.fail(StoreError("the disk is full"))
        await here.server.close()
        assert (await raw.until(Goodbye)).reason == "the disk is full"
        await here.server.open()


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


async def test_what_happens_is_told_at_once_and_then_with_the_next_frame(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        loop, server = asyncio.get_running_loop(), here.server
        begun, nothing = loop.time(), here.session.state
        for flushed, due in ((begun - 9, begun), (begun + 9, begun + 9 + BATCH)):
            server._flush()
            server._flushed = flushed
            server._queue_events((), nothing, nothing)
            assert server._flushing is not None
            late = server._flushing.when() - due
            assert -0.001 < late < loop.time() - begun + 0.001
        server._flushed = 0.0
        server._flush()
        server._queue_events((), nothing, nothing)
        assert server._flushing.when() > begun + BATCH - 0.001, "one batch after what was just told"


async def test_its_timer_ends_with_it(tmp_path: Path) -> None:
    """What happened just before is told; what is recorded as it ends sets no timer that outlives it."""
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(HELLO)
        await raw.until(SnapshotMessage)
        here.server._flushed = asyncio.get_running_loop().time() + 9  # the next frame is far away
        await here.session.send(commands.StartRun(process="ask"))
        timer = here.server._flushing
        assert timer is not None
        for number in range(refusals.BURST + 1):
            here.server._handler.refusals.count(Peer(7, "eve", f"process {number}"), "Hello", "test", "no")
        await here.server.close()
        assert timer.cancelled()
        assert here.server._flushing is None
        assert here.events(events.ActionRefused)
        assert isinstance((await raw.hear()).events[0], events.RunQueued)
        assert isinstance(await raw.hear(), Goodbye)
        await here.server.open()
