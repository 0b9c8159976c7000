"""What clients ask for, done in their name."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.model.space import Access, Channel, Value
from octotui.model.values import Secret
from octotui.runtime.server import protocol
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.request_handler import RequestHandler
from octotui.store.logs.log_writer import LogWriter
from tests.runtime.served import Served, served
from tests.world import manual, model, script

MODEL = model({"go": [script("A")], "ask": [manual("May it?")]})
ANN, BOB = Peer(1, "ann", "process 5"), Peer(2, "bob", "process 6")


def desk(here: Served) -> RequestHandler:
    return RequestHandler(here.session, here.folder, "ann", asyncio.Event())


async def test_a_request_is_done_in_the_name_of_who_asks(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        request = commands.StartRun(process="go", requester="somebody else")
        done = await desk(here).answer(ANN, protocol.SendRequest(id=3, request=request))
        assert isinstance(done, protocol.DoneReply)
        assert isinstance(done.events[0], events.RunQueued)
        assert (done.id, done.events[0].requester, done.events[0].origin) == (3, "ann", "process 5")


@pytest.mark.parametrize(
    "said",
    [
        protocol.SendRequest(id=1, request=commands.StartRun(process="go")),
        protocol.ChooseRequest(id=1, needed=("tools",), channel=Channel(name="Default")),
        protocol.StopRequest(id=1),
    ],
    ids=["start", "choose", "stop"],
)
async def test_i8_who_lacks_the_right_is_refused_and_that_is_kept(
    tmp_path: Path, said: protocol.ClientRequest
) -> None:
    async with served(replace(MODEL, access=Access(answer=("bob",))), tmp_path) as here:
        refused = await desk(here).answer(BOB, said)
        assert isinstance(refused, protocol.RefusedReply)
        (kept,) = here.events(events.ActionRefused)
        assert (kept.user, kept.origin, kept.reason) == ("bob", "process 6", refused.reason)


async def test_v5_only_the_owner_passes_variables_of_an_environment(tmp_path: Path) -> None:
    declared = replace(
        MODEL,
        access=Access(start=("bob",)),
        variables={"Password": (Value(kind="sensitive", secret=Secret(env="DB")),)},
    )
    request = commands.StartRun(process="go", passed={"DB": "correct horse"})
    async with served(declared, tmp_path) as here:
        refused = await desk(here).answer(BOB, protocol.SendRequest(id=1, request=request))
        assert isinstance(refused, protocol.RefusedReply)
        assert refused.reason == "only ann, who owns the space, may pass values with --pass-env"
        done = await desk(here).answer(ANN, protocol.SendRequest(id=2, request=request))
        assert isinstance(done, protocol.DoneReply)
        wrong = replace(request, passed={"PATH": "/tmp"})
        other = await desk(here).answer(ANN, protocol.SendRequest(id=3, request=wrong))
        assert isinstance(other, protocol.RefusedReply)
        assert other.reason == 'no sensitive value is read from the variable PATH; known: "DB".'


async def test_r7_a_clock_that_was_set_is_told_and_only_the_owner_lets_it_count(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        before, wall = clock(), clock._wall
        clock._wall = lambda: wall() + 86400.0
        assert clock() < before + 60
        asked = await desk(here).answer(BOB, protocol.ClockRequest(id=1))
        assert isinstance(asked, protocol.DoneReply)
        assert asked.problems[0].startswith("the clock of this machine was set ahead by 1 d 0 h: ")
        refused = await desk(here).answer(BOB, protocol.ClockRequest(id=2, confirmed=True))
        assert isinstance(refused, protocol.RefusedReply)
        assert here.events(events.ActionRefused)[-1].action == "Clock"
        done = await desk(here).answer(ANN, protocol.ClockRequest(id=3, confirmed=True))
        assert isinstance(done, protocol.DoneReply)
        assert done.problems == ()
        assert clock() >= before + 86400.0


async def test_a_log_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.runtime.server.request_handler.PART", 4)
    async with served(MODEL, tmp_path) as here:
        with LogWriter(here.folder.log("run-1", "job-1.1")) as log:
            log.append(b"hello\n", 1.0)
        found = [
            (
                await desk(here).answer(ANN, protocol.LogRequest(id=1, run="run-1", job=job, offset=offset))
            ).data  # type: ignore[union-attr]
            for job, offset in (("job-1.1", 0), ("job-1.1", 4), ("job-1.1", 6), ("job-1.9", 0))
        ]
        assert found == [b"hell", b"o\n", b"", b""]


async def test_a_space_that_broke_down_is_an_answer_too(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        (tmp_path / "test" / "logs").write_text("in the way")
        failed = await desk(here).answer(ANN, protocol.LogRequest(id=4, run="run-1", job="job-1.1", offset=0))
        assert isinstance(failed, protocol.FailedReply)
        assert failed.id == 4
