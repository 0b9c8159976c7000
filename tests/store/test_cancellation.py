import asyncio
import threading
import time

import pytest

from octotui.store.cancellation import Cancellation, Cancelled, RateLimiter, in_thread


def test_who_rests_is_woken_by_the_end() -> None:
    stopping = Cancellation()
    stopping.rest(0)
    stopping.check()
    begun = time.monotonic()
    threading.Timer(0.05, stopping.stop).start()
    with pytest.raises(Cancelled):
        stopping.rest(30)
    assert time.monotonic() - begun < 10
    assert stopping.stopped
    with pytest.raises(Cancelled):
        stopping.check()
    with pytest.raises(Cancelled):
        stopping.until(lambda: False)


def test_what_holds_up_is_interrupted_also_when_the_end_came_just_before() -> None:
    called: list[str] = []
    stopping = Cancellation()
    with stopping.interrupting(lambda: called.append("first")):
        stopping.stop()
    with stopping.interrupting(lambda: called.append("second")):
        pass
    stopping.stop()
    assert called == ["first", "second"]


def test_it_looks_until_something_is_so() -> None:
    answers = iter([False, True])
    Cancellation().until(lambda: next(answers))
    assert list(answers) == []


def test_a_pace_holds_back_what_comes_too_fast() -> None:
    pace = RateLimiter(1000, Cancellation())
    begun = time.monotonic()
    pace.passed(pace.chunk)
    assert pace.chunk == 100
    assert time.monotonic() - begun > 0.09
    RateLimiter(None, Cancellation()).passed(10**9)
    assert RateLimiter(3, Cancellation()).chunk == 1


async def test_a_cancelled_task_stops_its_work_and_waits_for_it() -> None:
    stopping, ended = Cancellation(), list[bool]()

    def work() -> None:
        try:
            stopping.rest(30)
        finally:
            ended.append(stopping.stopped)

    assert await in_thread(lambda: "done", Cancellation()) == "done"
    working = asyncio.ensure_future(in_thread(work, stopping))
    await asyncio.sleep(0.05)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert ended == [True]
