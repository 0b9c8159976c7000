"""What clients ask for, done in their name."""

import asyncio
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine import commands, events
from octotui.engine.state.releases import ANY_CHANNEL
from octotui.model.space import Access, Channel, Value
from octotui.model.values import Prompt, Secret
from octotui.runtime.server import protocol
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.request_handler import RequestHandler
from octotui.store import clock_anchor
from octotui.store.journal.run_records import RunRecord
from octotui.store.logs.log_writer import LogWriter
from tests.runtime.served import Served, served, until
from tests.world import manual, model, script

MODEL = model({"go": [script("A")], "ask": [manual("May it?")]})
ANN, BOB = Peer(1, "ann", "process 5"), Peer(2, "bob", "process 6")


def handler_of(here: Served) -> RequestHandler:
    return RequestHandler(here.session, here.folder, "ann", asyncio.Event())


async def test_a_request_is_done_in_the_name_of_who_asks(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        request = commands.StartRun(process="go", requester="somebody else")
        done = await handler_of(here).answer(ANN, protocol.SendRequest(id=3, request=request))
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
        refused = await handler_of(here).answer(BOB, said)
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
        refused = await handler_of(here).answer(BOB, protocol.SendRequest(id=1, request=request))
        assert isinstance(refused, protocol.RefusedReply)
        assert refused.reason == "only ann, who owns the space, may pass values with --pass-env"
        done = await handler_of(here).answer(ANN, protocol.SendRequest(id=2, request=request))
        assert isinstance(done, protocol.DoneReply)
        wrong = replace(request, passed={"PATH": "/tmp"})
        other = await handler_of(here).answer(ANN, protocol.SendRequest(id=3, request=wrong))
        assert isinstance(other, protocol.RefusedReply)
        assert other.reason == 'no sensitive value is read from the variable PATH; known: "DB".'


@pytest.mark.parametrize(
    ("said", "action", "subject"),
    [
        (protocol.FamilyRequest(id=1, root="run-1"), "Family", "run-1"),
        (protocol.HistoryRequest(id=1), "History", "test"),
        (protocol.LogRequest(id=1, run="run-1", job="job-1.1", offset=0), "ReadLog", "run-1"),
    ],
    ids=["family", "history", "log"],
)
async def test_i8_each_read_needs_the_right_as_the_model_is_now(
    tmp_path: Path, said: protocol.ClientRequest, action: str, subject: str
) -> None:
    declared = replace(MODEL, access=Access(read=("bob",)))
    async with served(declared, tmp_path) as here:
        await here.session.send(commands.StartRun(process="ask", requester="ann"))
        assert isinstance(await handler_of(here).answer(BOB, said), protocol.DoneReply)
        await here.session.send(commands.LoadModel(MODEL))
        refused = await handler_of(here).answer(BOB, said)
        assert isinstance(refused, protocol.RefusedReply)
        assert "the right “read”" in refused.reason
        (kept,) = here.events(events.ActionRefused)
        assert (kept.user, kept.action, kept.subject) == ("bob", action, subject)
        assert isinstance(await handler_of(here).answer(ANN, said), protocol.DoneReply)


async def test_r7_a_clock_that_was_set_is_told_and_only_the_owner_lets_it_count(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        before, wall = clock(), clock._wall
        clock._wall = lambda: wall() + 86400.0
        assert clock() < before + 60
        asked = await handler_of(here).answer(BOB, protocol.ClockRequest(id=1))
        assert isinstance(asked, protocol.DoneReply)
        assert asked.problems[0].startswith("the clock of this machine was set ahead by 1 d 0 h: ")
        refused = await handler_of(here).answer(BOB, protocol.ClockRequest(id=2, confirmed=True))
        assert isinstance(refused, protocol.RefusedReply)
        assert here.events(events.ActionRefused)[-1].action == "Clock"
        done = await handler_of(here).answer(ANN, protocol.ClockRequest(id=3, confirmed=True))
        assert isinstance(done, protocol.DoneReply)
        assert done.problems == ()
        assert clock() >= before + 86400.0


@pytest.mark.parametrize("days", [1, -1])
async def test_r7_a_clock_is_looked_at_when_somebody_asks(tmp_path: Path, days: int) -> None:
    """Nobody has looked since it was set, and nobody would for up to a minute."""
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        before, wall = clock(), clock._wall
        clock._wall = lambda: wall() + days * 86400.0
        asked = await handler_of(here).answer(BOB, protocol.ClockRequest(id=1))
        assert isinstance(asked, protocol.DoneReply)
        assert "was set" in asked.problems[0]
        clock._wall = wall
        assert await handler_of(here).answer(BOB, protocol.ClockRequest(id=2)) == protocol.DoneReply(id=2)
        clock._wall = lambda: wall() + days * 86400.0
        assert await handler_of(here).answer(ANN, protocol.ClockRequest(id=3, confirmed=True)) == (
            protocol.DoneReply(id=3)
        )
        assert clock() >= before + max(0, days) * 86400.0
        assert clock.trouble == ""


async def test_r7_a_time_that_is_confirmed_counts_at_the_next_server_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_anchor, "boot_id", lambda: "this boot")
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        wall = clock._wall
        clock._wall = lambda: wall() + 86400.0
        assert await handler_of(here).answer(ANN, protocol.ClockRequest(id=1)) != protocol.DoneReply(id=1)
        assert clock_anchor.read_anchor(here.folder.path) is None
        await handler_of(here).answer(ANN, protocol.ClockRequest(id=2, confirmed=True))
        kept = clock_anchor.read_anchor(here.folder.path)
        assert kept is not None
        assert kept.wall > wall() + 80000


@pytest.mark.parametrize(("later", "ends"), [(None, True), (0, True), (1, False)])
async def test_a_stop_ends_the_server_that_is_meant_and_no_later_one(
    tmp_path: Path, later: int | None, ends: bool
) -> None:
    """One that was meant before has ended already."""
    process = None if later is None else os.getpid() + later
    async with served(MODEL, tmp_path) as here:
        stopped = asyncio.Event()
        handler = RequestHandler(here.session, here.folder, "ann", stopped)
        request = protocol.StopRequest(id=1, process=process)
        assert await handler.answer(ANN, request) == protocol.DoneReply(id=1)
        await asyncio.sleep(0)
        assert stopped.is_set() == ends


async def test_a_log_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octotui.runtime.server.request_handler.PART", 4)
    async with served(MODEL, tmp_path) as here:
        with LogWriter(here.folder.log("run-1", "job-1.1")) as log:
            log.append(b"hello\n", 1.0)
        found = [
            (
                await handler_of(here).answer(
                    ANN, protocol.LogRequest(id=1, run="run-1", job=job, offset=offset)
                )
            ).data  # type: ignore[union-attr]
            for job, offset in (("job-1.1", 0), ("job-1.1", 4), ("job-1.1", 6), ("job-1.9", 0))
        ]
        assert found == [b"hell", b"o\n", b"", b""]


async def test_a_space_that_broke_down_is_an_answer_too(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        (tmp_path / "test" / "logs").write_text("in the way")
        failed = await handler_of(here).answer(
            ANN, protocol.LogRequest(id=4, run="run-1", job="job-1.1", offset=0)
        )
        assert isinstance(failed, protocol.FailedReply)
        assert failed.id == 4


ASKED = {
    "Version": (Value(kind="prompt", prompt=Prompt(default="1")),),
    "Fixed": (Value(value="echo"),),
}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"variables": {"Fixed": "$(id)"}}, "Fixed is not asked for"),
        ({"variables": {"PERL5OPT": "-Mx"}}, "there is no prompt for PERL5OPT"),
        ({"variables": {"Vesion": "2"}}, 'did you mean "Version"?'),
        ({"variables": {"Fixed": "x"}, "schedule": "nightly", "due": 1e300}, "the clock alone starts"),
        ({"due": 1e300}, "the clock alone starts"),
        ({"not_before": 1e300}, "1e+300 is no time to start at"),
        ({"not_before": -1.0}, "-1 is no time to start at"),
    ],
)
async def test_v6_a_raw_message_gives_no_more_than_is_asked_for(
    tmp_path: Path, more: dict[str, object], reason: str
) -> None:
    """Q5: nor any time that no clock shows."""
    async with served(replace(MODEL, variables=ASKED), tmp_path) as here:
        raw = await here.raw()
        raw.say(protocol.Hello(version=protocol.VERSION))
        raw.say(protocol.SendRequest(id=1, request=commands.StartRun(process="go", **more)))  # type: ignore[arg-type]
        refused = await raw.until(protocol.RefusedReply)
        assert reason in refused.reason
        assert not here.events(events.RunQueued)
        raw.say(
            protocol.SendRequest(id=2, request=commands.StartRun(process="go", variables={"version": "2"}))
        )
        assert (await raw.until(protocol.DoneReply)).events[0].variables == {"Version": "2"}


@pytest.mark.parametrize(
    "said",
    [
        b'{"type":"History","id":1,"before":99999999999999999999999999}\n',
        b'{"type":"ReadLog","id":1,"run":"run-1","job":"job-1.1","offset":99999999999999999999}\n',
        b'{"type":"Send","id":1e300,"request":{"type":"CancelRun","run":"run-1"}}\n',
        b'{"type":"Send","id":1,"request":{"type":"StartRun","process":"go","not_before":1e999}}\n',
        b'{"type":"Send","id":1,"request":{"type":"StartRun","process":"go","not_before":NaN}}\n',
    ],
)
async def test_r6_a_number_that_nothing_counts_with_is_nothing_a_client_says(
    tmp_path: Path, said: bytes
) -> None:
    async with served(MODEL, tmp_path) as here:
        raw = await here.raw()
        raw.say(protocol.Hello(version=protocol.VERSION, follow=False))
        raw.say(said)
        assert (await raw.until(protocol.Goodbye)).kind == "wrong"
        async with here.attached() as client:
            assert await client.send(commands.StartRun(process="go"))


async def test_r6_the_largest_numbers_have_an_answer(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        largest = (1 << 63) - 1
        for request in (
            protocol.HistoryRequest(id=largest, before=largest),
            protocol.LogRequest(id=largest, run="run-1", job="job-1.1", offset=largest),
            protocol.SendRequest(
                id=largest,
                request=commands.TakeInterruption(interruption=f"question-{'9' * 5000}", user="ann"),
            ),
        ):
            answer = await handler_of(here).answer(ANN, request)
            assert answer.id == largest


class TestQuestionsOfThoseWhoAreGone:
    @staticmethod
    async def asked(here: Served, handler: RequestHandler, peer: Peer, request: commands.Request) -> object:
        return await handler.answer(peer, protocol.SendRequest(id=1, request=request))

    async def test_i8_the_owner_takes_it_back_and_to_ghosts_it_never_goes(self, tmp_path: Path) -> None:
        """As the machine has it: neither ann nor bob is an account of it."""
        async with served(replace(MODEL, access=Access(answer=("bob",))), tmp_path) as here:
            handler = handler_of(here)
            await self.asked(here, handler, ANN, commands.StartRun(process="ask"))
            take = commands.TakeInterruption(interruption="question-1", user="")
            assert isinstance(await self.asked(here, handler, BOB, take), protocol.DoneReply)
            hand_over = commands.HandOverInterruption(
                interruption="question-1", user="", to="no such account"
            )
            refused = await self.asked(here, handler, BOB, hand_over)
            assert isinstance(refused, protocol.RefusedReply)
            assert refused.reason.startswith("there is no account “no such account” on this machine")
            assert [each.user for each in here.events(events.ActionRefused)] == ["bob"]
            give_back = commands.ReleaseInterruption(interruption="question-1", user="")
            done = await self.asked(here, handler, ANN, give_back)
            assert isinstance(done, protocol.DoneReply)
            (released,) = here.events(events.InterruptionReleased)
            assert (released.user, released.holder) == ("ann", "bob")

    async def test_i2_from_an_account_that_is_there_it_takes_nothing(self, tmp_path: Path) -> None:
        async with served(replace(MODEL, access=Access(answer=("bob",))), tmp_path) as here:
            handler = RequestHandler(
                here.session, here.folder, "ann", asyncio.Event(), accounts={"bob"}.__contains__
            )
            await self.asked(here, handler, ANN, commands.StartRun(process="ask"))
            take = commands.TakeInterruption(interruption="question-1", user="")
            await self.asked(here, handler, BOB, take)
            claimed = commands.ReleaseInterruption(
                interruption="question-1", user="", holder="bob", since="bob is gone"
            )
            refused = await self.asked(here, handler, ANN, claimed)
            assert isinstance(refused, protocol.RefusedReply)
            assert refused.reason == "bob has taken “May it?”, and only they may release it"


async def test_r6_a_channel_that_no_project_has_is_refused_before_its_pattern_is_run(tmp_path: Path) -> None:
    channel = Channel(name="Default", tag="(a+)+$")
    async with served(MODEL, tmp_path) as here:
        request = protocol.ChooseRequest(id=1, needed=("tools",), channel=channel)
        refused = await handler_of(here).answer(ANN, request)
        assert isinstance(refused, protocol.RefusedReply)
        assert refused.reason == "no channel of this space has the tag “(a+)+$”"
        allowed = protocol.ChooseRequest(id=2, needed=("tools",), channel=ANY_CHANNEL)
        assert isinstance(await handler_of(here).answer(ANN, allowed), protocol.DoneReply)


async def test_r6_a_search_takes_fifty_words(tmp_path: Path) -> None:
    async with served(MODEL, tmp_path) as here:
        words = tuple(f"word{number}" for number in range(50))
        asked = protocol.HistoryRequest(id=1, words=words)  # as clients asked before there were queries
        assert await handler_of(here).answer(ANN, asked) == protocol.DoneReply(id=1)
        refused = await handler_of(here).answer(ANN, replace(asked, words=(*words, "more")))
        assert refused == protocol.FailedReply(id=1, reason="a filter takes 50 words at most")


async def test_r6_searches_of_one_account_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(replace(MODEL, access=Access(read=("bob",))), tmp_path) as here:
        go_on, begun = asyncio.Event(), 0

        async def long(*_: object) -> list[RunRecord]:
            nonlocal begun
            begun += 1
            await go_on.wait()
            return []

        monkeypatch.setattr(here.session, "history", long)
        handler, asked = handler_of(here), protocol.HistoryRequest(id=1)
        answers = [asyncio.ensure_future(handler.answer(peer, asked)) for peer in (BOB, BOB, BOB, ANN)]
        await until(lambda: begun == 2)
        assert handler._searching["bob"].locked()
        go_on.set()
        assert await asyncio.gather(*answers) == [protocol.DoneReply(id=1)] * 4
        assert begun == 4
        go_on.clear()
        answers = [asyncio.ensure_future(handler.answer(BOB, asked, gone)) for gone in (bool, lambda: True)]
        await until(lambda: begun == 5)
        go_on.set()
        assert [type(each) for each in await asyncio.gather(*answers)] == [
            protocol.DoneReply,
            protocol.FailedReply,
        ]
        assert begun == 5, "nobody waits for the other one any more"


async def test_r7_what_falls_due_by_a_time_that_is_confirmed_starts_at_once(tmp_path: Path) -> None:
    """It waits for no next look at the clock, which may be a minute away."""
    async with served(MODEL, tmp_path) as here:
        clock = here.session.clock
        wall = clock._wall
        await here.session.send(commands.StartRun(process="ask", not_before=wall() + 1000))
        clock._wall = lambda: wall() + 4000
        clock()
        assert here.session.state.runs["run-1"].state == "queued"
        await handler_of(here).answer(ANN, protocol.ClockRequest(id=1, confirmed=True))
        await until(lambda: here.session.state.runs["run-1"].state == "paused")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            commands.GivePassphrase(key="~/.ssh/deploy", passphrase="correct horse"),
            "only ann, who owns the space, may give the passphrases of its keys",
        ),
        (
            commands.RecordCommand(machine="worker1", text="true"),
            "only ann, who owns the space, may run commands on its machines",
        ),
        (
            commands.AdoptMachine(pool="hosted", machine="vm", endpoint="ssh://vm"),
            "only ann, who owns the space, may adopt and destroy its machines",
        ),
        (
            commands.DestroyMachine(lease="lease-1"),
            "only ann, who owns the space, may adopt and destroy its machines",
        ),
    ],
    ids=["passphrase", "command", "adopt", "destroy"],
)
async def test_i8_w12_only_the_owner_unlocks_keys_runs_commands_and_adopts_machines(
    tmp_path: Path, request_: commands.Request, said: str
) -> None:
    async with served(replace(MODEL, access=Access(start=("bob",))), tmp_path) as here:
        refused = await handler_of(here).answer(BOB, protocol.SendRequest(id=1, request=request_))
        assert isinstance(refused, protocol.RefusedReply)
        assert refused.reason == said
        assert "horse" not in repr(here.events(events.ActionRefused))
