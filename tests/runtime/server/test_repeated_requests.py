"""R10: the same request, sent again, takes effect once, and has the reply that it had."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.commands import Refused
from octotui.model.space import Access, Pool
from octotui.runtime.server import protocol
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.protocol import ClockRequest, DoneReply, RefusedReply, SendRequest
from octotui.runtime.server.repeated_requests import RepeatedRequests
from octotui.runtime.server.request_handler import RequestHandler
from octotui.store.journal.journal import Journal
from octotui.store.journal.removal import ended_families, removal
from tests.leases import dynamic
from tests.runtime.rig import SlowJournal
from tests.runtime.served import Served, served, until
from tests.world import manual, model, script

KEY = "a-key-of-a-client"
START = SendRequest(id=1, request=commands.StartRun(process="ask"), key=KEY)
PLAIN = model({"go": [script("A")], "ask": [manual("May it?")]})
MODEL = replace(
    PLAIN,
    access=Access(start=("bob",), answer=("bob",)),
    pools=PLAIN.pools | {"hosted": Pool(name="Hosted", dynamic=dynamic(destroy=("true",)))},
)
ADOPT = commands.AdoptMachine(pool="hosted", machine="vm-7", endpoint="ssh://vm-7.invalid")
ANN, BOB = Peer(1, "ann", "process 5"), Peer(2, "bob", "process 6")


def handler_of(here: Served) -> RequestHandler:
    return RequestHandler(here.session, here.folder, "ann", asyncio.Event(), lambda _: True)


def runs(here: Served) -> list[str]:
    return [each.run for each in here.events(events.RunQueued)]


async def test_r10_a_request_that_is_sent_again_has_the_reply_it_had(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        first = await handler_of(here).answer(ANN, START)
        again = await handler_of(here).answer(ANN, replace(START, id=7))  # another server, another number
        assert isinstance(first, DoneReply)
        assert again == replace(first, id=7)
        assert runs(here) == ["run-1"]


SETUP = (commands.StartRun(process="ask", requester="ann"),)
TAKEN = (*SETUP, commands.TakeInterruption(interruption="question-1", user="ann"))
LOCKED = (
    commands.CheckHealth(machines=("worker1",)),
    commands.ReportCheck(machine="worker1", health="unavailable", locked_key="~/.ssh/deploy"),
)
QUEUED = (commands.StartRun(process="go", requester="ann", not_before=time.time() + 9999),)


@pytest.mark.parametrize(
    ("before", "request_"),
    [
        ((), commands.StartRun(process="go")),
        ((), commands.CreateRelease(process="go")),
        (SETUP, commands.CancelRun(run="run-1")),
        (SETUP, commands.TakeInterruption(interruption="question-1", user="")),
        (TAKEN, commands.ReleaseInterruption(interruption="question-1", user="")),
        (TAKEN, commands.HandOverInterruption(interruption="question-1", user="", to="bob")),
        (TAKEN, commands.AnswerInterruption(interruption="question-1", user="", answer="proceed")),
        (QUEUED * 2, commands.MoveToTop(run="run-2")),
        ((), commands.CheckHealth(machines=("worker1",))),
        (LOCKED, commands.GivePassphrase(key="~/.ssh/deploy", passphrase="correct horse")),
        ((), commands.RecordCommand(machine="worker1", text="uname -a")),
        ((), ADOPT),
        ((ADOPT,), commands.DestroyMachine(lease="lease-1")),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_r10_whatever_people_ask_for_takes_effect_once(
    tmp_path: Path, before: tuple[commands.Command, ...], request_: commands.Request
) -> None:
    """The second time also where it would be refused, or mean something else, as things are then."""
    async with served(MODEL, tmp_path) as here:
        for each in before:
            await here.session.send(each)
        said = SendRequest(id=1, request=request_, key=KEY)
        first = await handler_of(here).answer(ANN, said)
        assert isinstance(first, DoneReply)
        assert first.events
        kind = type(first.events[0])
        count = len(here.events(kind))
        assert await handler_of(here).answer(ANN, said) == first
        assert len(here.events(kind)) == count


def test_r10_every_request_is_among_them() -> None:
    """A new kind of request joins the test above."""
    (marks,) = test_r10_whatever_people_ask_for_takes_effect_once.pytestmark  # type: ignore[attr-defined]
    assert {type(said) for _, said in marks.args[1]} == set(commands.Request.__args__)


async def test_r10_without_a_key_each_takes_effect_as_from_an_older_client(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        for _ in range(2):
            await handler_of(here).answer(ANN, replace(START, key=None))
        assert runs(here) == ["run-1", "run-2"]


async def test_r10_a_key_is_that_of_the_account_which_sent_it(tmp_path: Path) -> None:
    """Who guesses the key of somebody else neither sees what that led to nor keeps it from happening."""
    async with served(MODEL, tmp_path) as here:
        await handler_of(here).answer(ANN, START)
        other = await handler_of(here).answer(BOB, replace(START, request=commands.StartRun(process="go")))
        assert isinstance(other, DoneReply)
        assert [each.requester for each in here.events(events.RunQueued)] == ["ann", "bob"]


@pytest.mark.parametrize("other", [commands.StartRun(process="go"), commands.CancelRun(run="run-1")])
async def test_r10_another_request_with_the_same_key_is_refused(tmp_path: Path, other: Any) -> None:
    async with served(MODEL, tmp_path) as here:
        await handler_of(here).answer(ANN, START)
        refused = await handler_of(here).answer(ANN, replace(START, request=other))
        sentence = "this key was used for another request: a new request needs a new key"
        assert refused == RefusedReply(id=1, reason=sentence)
        assert runs(here) == ["run-1"]
        assert await handler_of(here).answer(ANN, ClockRequest(id=1, confirmed=True, key=KEY)) == refused


async def test_r10_what_was_refused_is_judged_again(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        said = SendRequest(id=1, request=commands.CancelRun(run="run-1"), key=KEY)
        assert isinstance(await handler_of(here).answer(ANN, said), RefusedReply)
        await here.session.send(commands.StartRun(process="ask", requester="ann"))
        assert isinstance(await handler_of(here).answer(ANN, said), DoneReply)


async def test_r10_who_has_lost_a_right_since_hears_what_took_effect(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        first = await handler_of(here).answer(BOB, START)
        await here.session.send(commands.LoadModel(replace(MODEL, access=Access(read=("bob",)))))
        assert await handler_of(here).answer(BOB, START) == first
        later = await handler_of(here).answer(BOB, replace(START, key=f"{KEY}-2"))
        assert isinstance(later, RefusedReply)
        assert "may not start" in later.reason


async def test_r10_one_that_comes_while_the_first_is_being_written_waits_for_it(tmp_path: Path) -> None:
    """The client has a new connection before the disk is done with what it had asked on the old one."""
    async with served(MODEL, tmp_path) as here:
        journal = SlowJournal()
        journal._written = here.journal._written
        here.session._journal = journal
        handler = handler_of(here)
        asked = [asyncio.ensure_future(handler.answer(ANN, START)) for _ in range(3)]
        await until(lambda: journal.waiting)
        await asyncio.sleep(0.02)
        assert len(journal.waiting) == 1
        journal.write()
        first, *others = await asyncio.gather(*asked)
        assert isinstance(first, DoneReply)
        assert others == [first, first]


async def test_r10_one_that_waited_for_what_was_refused_is_judged_itself(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        repeated = RepeatedRequests(here.session)
        may_go, tries = asyncio.Event(), []

        async def act(_: object) -> tuple[Any, ...]:
            tries.append("again" if tries else "first")
            await may_go.wait()
            if len(tries) == 1:
                raise Refused("not now")
            return ()

        asked = [asyncio.ensure_future(repeated.once("ann", START, act)) for _ in range(2)]
        await asyncio.sleep(0)
        assert tries == ["first"]
        may_go.set()
        refused, done = await asyncio.gather(*asked, return_exceptions=True)
        assert (str(refused), done, tries) == ("not now", (), ["first", "again"])
        assert not repeated._under_way


async def test_r10_a_clock_is_confirmed_once(tmp_path: Path) -> None:
    """A second step of the clock is another one, which nobody has confirmed."""
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        said = ClockRequest(id=1, confirmed=True, key=KEY)
        wall = clock._wall
        clock._wall = lambda: wall() + 4000
        clock()
        assert clock.trouble
        assert await handler_of(here).answer(ANN, said) == DoneReply(id=1)
        clock._wall = lambda: wall() + 9000
        clock()
        (trouble,) = (await handler_of(here).answer(ANN, said)).problems
        assert "was set ahead by" in trouble
        assert (here.folder.path / "clock.json").is_file()
        assert await handler_of(here).answer(ANN, replace(said, key=f"{KEY}-2")) == DoneReply(id=1)


async def test_r10_a_stop_that_comes_again_ends_no_server_that_came_after(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        handler = handler_of(here)
        said = protocol.StopRequest(id=1, process=handler.process + 1)
        assert await handler.answer(ANN, said) == DoneReply(id=1)
        await asyncio.sleep(0)
        assert not handler._stopped.is_set()
        for process in (None, handler.process):
            handler._stopped.clear()
            await handler.answer(ANN, replace(said, process=process))
            await asyncio.sleep(0)
            assert handler._stopped.is_set()


@pytest.mark.parametrize("at", [None, time.time() + 9999], ids=["several events", "one event"])
async def test_r10_what_retention_has_removed_is_said_to_have_taken_effect(
    tmp_path: Path, at: float | None
) -> None:
    said = replace(START, request=commands.StartRun(process="ask", not_before=at))
    async with served(MODEL, tmp_path) as here:
        here.session._journal = journal = Journal(here.folder.journal)
        await journal.append(tuple(here.journal.read()))
        await handler_of(here).answer(ANN, said)
        await here.session.send(commands.CancelRun(run="run-1", by="ann"))
        gone = removal(here.folder.journal, ended_families(here.folder.journal))
        await here.session.send(commands.RemoveRuns(runs=gone.runs, gaps=gone.gaps))
        refused = await handler_of(here).answer(ANN, said)
        sentence = "this took effect before, and what came of it was removed by retention since"
        assert refused == RefusedReply(id=1, reason=sentence)
        journal.close()


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "a key with blanks!", "a-key-of-a-clïent", f"{KEY}\\n", 5]
)
async def test_r6_a_key_is_of_few_letters_and_bounded(tmp_path: Path, key: object) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(protocol.Hello(version=protocol.VERSION))
        word = f'"{key}"' if isinstance(key, str) else str(key)
        raw.say(
            f'{{"type":"Send","id":1,"key":{word},"request":{{"type":"StartRun","process":"go"}}}}\n'.encode()
        )
        goodbye = await raw.until(protocol.Goodbye)
        assert goodbye.kind == "wrong"
        assert "$.key" in goodbye.reason
        assert runs(here) == []


async def test_r10_over_a_socket_the_same_line_twice_takes_effect_once(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        replies = []
        for _ in range(2):
            raw = await here.raw()
            raw.say(protocol.Hello(version=protocol.VERSION))
            assert (await raw.until(protocol.Welcome)).remembers
            raw.say(START)
            raw.say(START)
            replies += [await raw.until(DoneReply), await raw.until(DoneReply)]
        assert replies == [replies[0]] * 4
        assert runs(here) == ["run-1"]
