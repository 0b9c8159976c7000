"""What clients ask for, done in their name."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine import commands as asked
from octotui.engine import events as happened
from octotui.model.space import Access, Channel
from octotui.runtime import protocol
from octotui.runtime.desk import Desk
from octotui.runtime.peers import Peer
from octotui.store.logs import LogWriter
from tests.runtime.served import Served, served
from tests.world import manual, model, script

MODEL = model({"go": [script("A")], "ask": [manual("May it?")]})
ANN, BOB = Peer(1, "ann", "process 5"), Peer(2, "bob", "process 6")


def desk(here: Served) -> Desk:
    return Desk(here.session, here.folder, "ann", asyncio.Event())


async def test_a_request_is_done_in_the_name_of_who_asks(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        request = asked.StartRun(process="go", requester="somebody else")
        done = await desk(here).answer(ANN, protocol.Send(id=3, request=request))
        assert isinstance(done, protocol.Done)
        assert isinstance(done.events[0], happened.RunQueued)
        assert (done.id, done.events[0].requester, done.events[0].origin) == (3, "ann", "process 5")


@pytest.mark.parametrize(
    "said",
    [
        protocol.Send(id=1, request=asked.StartRun(process="go")),
        protocol.Choose(id=1, needed=("tools",), channel=Channel(name="Default")),
        protocol.Stop(id=1),
    ],
    ids=["start", "choose", "stop"],
)
async def test_i8_who_lacks_the_right_is_refused_and_that_is_kept(
    tmp_path: Path, said: protocol.Asking
) -> None:
    async with served(replace(MODEL, access=Access(answer=("bob",))), tmp_path) as here:
        refused = await desk(here).answer(BOB, said)
        assert isinstance(refused, protocol.Refused)
        (kept,) = here.events(happened.ActionRefused)
        assert (kept.user, kept.origin, kept.reason) == ("bob", "process 6", refused.reason)


async def test_a_log_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.runtime.desk.PART", 4)
    async with served(MODEL, tmp_path) as here:
        with LogWriter(here.folder.log("run-1", "job-1.1")) as log:
            log.append(b"hello\n", 1.0)
        found = [
            (await desk(here).answer(ANN, protocol.ReadLog(id=1, run="run-1", job=job, offset=offset))).data  # type: ignore[union-attr]
            for job, offset in (("job-1.1", 0), ("job-1.1", 4), ("job-1.1", 6), ("job-1.9", 0))
        ]
        assert found == [b"hell", b"o\n", b"", b""]


async def test_a_space_that_broke_down_is_an_answer_too(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        (tmp_path / "test" / "logs").write_text("in the way")
        failed = await desk(here).answer(ANN, protocol.ReadLog(id=4, run="run-1", job="job-1.1", offset=0))
        assert isinstance(failed, protocol.Failed)
        assert failed.id == 4
