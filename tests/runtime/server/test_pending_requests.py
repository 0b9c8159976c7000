"""R10: what a client has asked for is sent again where it can be, and else the truth is said."""

import asyncio

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Refused
from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.server.pending_requests import MOST, PATIENCE, PendingRequests, new_key
from octotui.runtime.server.protocol import (
    ClientRequest,
    ClockRequest,
    DoneReply,
    HistoryRequest,
    SendRequest,
    StopRequest,
    Welcome,
)
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError

SERVER = Welcome(version=1, user="ann", process=1, remembers=True)
NEXT = replace(SERVER, process=2)
OLDER = replace(NEXT, remembers=False)
START = SendRequest(id=1, request=commands.StartRun(process="go"), key="a-key-of-a-client")
CONFIRM = ClockRequest(id=1, confirmed=True, key="a-key-of-a-client")
READ = HistoryRequest(id=1)
LOOK = ": check whether it took effect before you ask again"


def lost(
    request: ClientRequest, server: Welcome | None = SERVER
) -> tuple[PendingRequests, asyncio.Future[DoneReply]]:
    pending = PendingRequests()
    answer = pending.add(request, server).answer
    pending.lose()
    return pending, answer


def test_r10_a_key_is_another_each_time() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {24}


@pytest.mark.parametrize("request_", [START, CONFIRM, READ], ids=["start", "confirm", "read"])
async def test_r10_it_is_sent_again_as_it_was(request_: ClientRequest) -> None:
    pending, answer = lost(request_)
    assert not answer.done()
    assert pending.to_send_again(NEXT) == [request_]
    pending.settle(1, DoneReply(id=1))
    assert await answer == DoneReply(id=1)


async def test_r10_they_are_sent_in_the_order_in_which_they_were_made() -> None:
    pending = PendingRequests()
    made = [replace(START, id=number) for number in (3, 5, 4)]
    for each in made:
        pending.add(each, SERVER)
    pending.settle(5, DoneReply(id=5))
    pending.lose()
    assert pending.to_send_again(NEXT) == [made[0], made[2]]


@pytest.mark.parametrize("request_", [START, CONFIRM], ids=["start", "confirm"])
async def test_r10_a_server_that_remembers_nothing_is_not_asked_twice(request_: ClientRequest) -> None:
    _, answer = lost(request_, OLDER)
    with pytest.raises(Undecided, match=f"^the connection to the server was lost before it answered{LOOK}$"):
        answer.result()
    pending, answer = lost(request_)
    assert pending.to_send_again(OLDER) == []
    with pytest.raises(Undecided, match=f"^the connection to the server was lost before it answered{LOOK}$"):
        answer.result()


async def test_r10_what_changes_nothing_is_asked_of_any_server_again() -> None:
    for request in (READ, replace(CONFIRM, confirmed=False)):
        pending, _ = lost(request, OLDER)
        assert pending.to_send_again(OLDER) == [request]


async def test_r10_a_stop_is_for_the_server_that_it_was_sent_to() -> None:
    pending, answer = lost(StopRequest(id=1))
    assert pending.to_send_again(SERVER) == [StopRequest(id=1)]
    assert not answer.done()
    assert pending.to_send_again(NEXT) == []
    assert answer.result() == DoneReply(id=1)


@pytest.mark.parametrize("request_", [START, READ], ids=["start", "read"])
async def test_r10_what_ends_the_server_again_and_again_is_given_up(request_: ClientRequest) -> None:
    pending, answer = lost(request_)
    for _ in range(MOST - 1):
        assert pending.to_send_again(NEXT) == [request_]
        pending.lose()
        pending.lose()  # a connection on which it was not sent counts for nothing
    assert not answer.done()
    assert pending.to_send_again(NEXT) == []
    sentence = f"the connection to the server was lost before it answered, {MOST} times"
    with pytest.raises(Refused) as given_up:
        answer.result()
    assert str(given_up.value) == (sentence + LOOK if request_ is START else sentence)
    assert isinstance(given_up.value, Undecided) is (request_ is START)
    assert pending.to_send_again(NEXT) == []


def test_r10_a_server_that_does_not_come_back_is_waited_for_a_minute() -> None:
    async def main(now: Clock) -> None:
        begun = now()
        pending, answer = lost(START)
        pending.lose()  # a later loss does not begin the minute anew
        with pytest.raises(Undecided, match=f"was not back within 60 seconds{LOOK}$"):
            await answer
        assert now() - begun == PATIENCE

    in_virtual_time(main, 0.0)


def test_r10_one_that_is_back_may_take_its_time() -> None:
    async def main(now: Clock) -> None:
        pending, answer = lost(START)
        pending.to_send_again(NEXT)
        await asyncio.sleep(10 * PATIENCE)
        assert not answer.done()
        pending.lose()
        await asyncio.sleep(PATIENCE - 1)
        assert not answer.done()
        await asyncio.sleep(2)
        assert isinstance(answer.exception(), Undecided)

    in_virtual_time(main, 0.0)


@pytest.mark.parametrize("request_", [START, CONFIRM, READ], ids=["start", "confirm", "read"])
@pytest.mark.parametrize("one", [True, False], ids=["at one", "at all"])
async def test_r10_where_the_space_fails_it_is_said_that_the_effect_is_unknown(
    request_: ClientRequest, *, one: bool
) -> None:
    pending, answer = lost(request_)
    failed = StoreError("the model is broken")
    if one:
        pending.fail_one(request_.id, failed)
    else:
        pending.fail(failed)
    with pytest.raises(StoreError) as failure:
        await answer
    known = "the model is broken"
    unknown = f"{known}; check whether it took effect before you ask again"
    assert str(failure.value) == (known if request_ is READ else unknown)


async def test_a_bug_stays_the_bug_that_it_is() -> None:
    pending, answer = lost(START)
    pending.fail(ZeroDivisionError("by zero"))
    with pytest.raises(ZeroDivisionError, match="by zero"):
        await answer


async def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    pending = PendingRequests()
    answer = pending.add(READ, SERVER).answer
    answer.cancel()
    pending.settle(1, DoneReply(id=1))
    pending.settle(2, DoneReply(id=2))
    pending.fail_one(2, StoreError("the disk is full"))
    assert pending.to_send_again(NEXT) == []
    pending.remove(1)
    pending.settle(1, DoneReply(id=1))
    assert not pending._pending


async def test_an_answer_ends_the_wait_for_the_server() -> None:
    """No timer is left of what has its answer, or is not asked for any more."""
    for end in (lambda each: each.settle(1, DoneReply(id=1)), lambda each: each.remove(1)):
        pending, _ = lost(START)
        request = pending._pending[1]
        timer = request._timer
        assert timer is not None
        end(pending)
        assert timer.cancelled()


async def test_r10_what_a_silent_server_was_asked_is_refused_or_undecided() -> None:
    pending = PendingRequests()
    start = pending.add(START, SERVER).answer
    read = pending.add(replace(READ, id=2), SERVER).answer
    pending.give_up("it does not answer")
    with pytest.raises(Undecided, match=f"it does not answer{LOOK}"):
        await start
    with pytest.raises(Refused, match=r"it does not answer$"):
        await read
