"""I8: refusals are recorded within a rate, and the rest is summed up."""

import asyncio

import pytest

from octotui.engine.commands import RecordRefusal
from octotui.runtime.server import refusals
from octotui.runtime.server.peer_credentials import Peer
from octotui.runtime.server.refusals import BURST, REASON, SUBJECT, RefusalRecorder

BOB, EVE = Peer(1, "bob", "process 1"), Peer(2, "eve", "process 2")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets; who asks too often waits no time."""
    now = [1000.0]
    monkeypatch.setattr(refusals, "PAUSE", 0.0)
    monkeypatch.setattr(refusals, "_now", lambda: now[0])
    return now


class Kept(list[RecordRefusal]):
    async def __call__(self, refusal: RecordRefusal) -> None:
        self.append(refusal)


async def ask(recorder: RefusalRecorder, peer: Peer, times: int) -> None:
    for number in range(times):
        await recorder.add(peer, "StartRun", f"go-{number}", "no right")


async def test_i8_the_first_are_kept_one_by_one_and_the_others_as_one(clock: list[float]) -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    await ask(recorder, EVE, BURST + 413)
    assert [each.more for each in kept] == [0] * BURST
    await recorder.flush()
    assert len(kept) == BURST
    clock[0] += 2
    await recorder.flush()
    assert (kept[-1].user, kept[-1].more, len(kept)) == ("eve", 412, BURST + 1)
    assert sum(1 + each.more for each in kept) == BURST + 413, "none is forgotten"


async def test_i8_a_sum_is_kept_when_it_is_due(clock: list[float]) -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    await ask(recorder, EVE, BURST + 1)
    clock[0] += refusals.SUM
    await recorder.flush()
    assert len(kept) == BURST + 1


async def test_i8_after_a_while_one_more_is_kept_by_itself(clock: list[float]) -> None:
    """Also where nobody looked at the account meanwhile."""
    kept = Kept()
    recorder = RefusalRecorder(kept)
    await ask(recorder, EVE, BURST)
    clock[0] += refusals.REGAINED
    await ask(recorder, EVE, 2)
    assert [each.more for each in kept] == [0] * (BURST + 1)


async def test_i8_one_account_does_not_use_up_what_others_have() -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    await ask(recorder, EVE, 1000)
    await ask(recorder, BOB, 2)
    assert [each.user for each in kept[BURST:]] == ["bob", "bob"]


async def test_i8_a_day_of_asking_costs_a_few_events(clock: list[float]) -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    for _ in range(24 * 60):
        await ask(recorder, EVE, 5)
        clock[0] += 60
        await recorder.flush()
    assert len(kept) < 250
    await recorder.flush(at_once=True)
    assert sum(1 + each.more for each in kept) == 24 * 60 * 5


async def test_what_is_not_kept_yet_is_kept_at_the_end() -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    await ask(recorder, EVE, BURST + 3)
    await recorder.flush(at_once=True)
    assert [each.more for each in kept] == [*([0] * BURST), 2]


async def test_what_is_only_counted_is_in_the_next_sum(clock: list[float]) -> None:
    kept = Kept()
    recorder = RefusalRecorder(kept)
    for _ in range(5):
        recorder.count(EVE, "Hello", "small", "too many connections")
    clock[0] += 2
    await recorder.flush()
    assert [(each.action, each.reason, each.more) for each in kept] == [("Hello", "too many connections", 4)]


async def test_who_has_not_asked_for_long_is_forgotten(clock: list[float]) -> None:
    recorder = RefusalRecorder(Kept())
    await ask(recorder, EVE, BURST + 1)
    clock[0] += 2 * BURST * refusals.REGAINED
    await recorder.flush()
    await recorder.flush()
    assert not recorder._accounts


async def test_r6_what_somebody_says_takes_no_more_room_than_it_should() -> None:
    kept = Kept()
    await RefusalRecorder(kept).add(EVE, "StartRun", "x" * 100_000, "y" * 100_000)
    assert (len(kept[0].subject), len(kept[0].reason)) == (SUBJECT, REASON)
    assert kept[0].subject == "x" * (SUBJECT - 1) + "…"
    await RefusalRecorder(kept).add(EVE, "StartRun", "x" * SUBJECT, "y" * REASON)
    assert (kept[1].subject, kept[1].reason) == ("x" * SUBJECT, "y" * REASON)


async def test_who_asks_too_often_waits_for_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(refusals, "PAUSE", 1.5)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await ask(RefusalRecorder(Kept()), EVE, BURST + 2)
    assert slept == [1.5, 1.5]
