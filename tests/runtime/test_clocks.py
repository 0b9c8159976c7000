"""Virtual time: it jumps to whoever wakes first, and stands still while there is something to do."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from octotui.runtime.clocks import SteadyClock, in_virtual_time

Clock = Callable[[], float]


def test_hours_pass_in_a_moment_and_in_order() -> None:
    async def main(now: Clock) -> list[tuple[str, float]]:
        seen = [("start", now())]

        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, now()))

        await asyncio.gather(sleeper("late", 7200), sleeper("early", 0.25), sleeper("also early", 0.25))
        return seen

    before = time.monotonic()
    assert in_virtual_time(main, 1000.0) == [
        ("start", 1000.0),
        ("early", 1000.25),
        ("also early", 1000.25),
        ("late", 8200.0),
    ]
    assert time.monotonic() - before < 5


def test_time_stands_still_while_there_is_something_to_do() -> None:
    async def main(now: Clock) -> float:
        for _ in range(100):
            await asyncio.sleep(0)
        return now()

    assert in_virtual_time(main, 5.0) == 5.0


def test_a_timeout_is_exact() -> None:
    async def main(now: Clock) -> float:
        try:
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        except TimeoutError:
            return now()
        return 0.0

    assert in_virtual_time(main, 0.0) == 30.0


def test_a_thread_is_waited_for_where_nobody_sleeps() -> None:
    async def main(now: Clock) -> float:
        await asyncio.to_thread(time.sleep, 0.02)
        return now()

    assert in_virtual_time(main, 3.0) == 3.0


def test_no_timeout_is_over_before_its_thread_had_that_long() -> None:
    async def main(now: Clock) -> float:
        await asyncio.wait_for(asyncio.to_thread(time.sleep, 0.05), 30)
        return now()

    assert in_virtual_time(main, 3.0) == 3.0


def test_a_timeout_is_over_though_its_thread_works_on_and_afterwards_time_jumps_again() -> None:
    ending = threading.Event()

    async def main(now: Clock) -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(ending.wait), 0.25)
        ending.set()
        await asyncio.sleep(7200)
        return now()

    assert in_virtual_time(main, 3.0) == 7203.25


def test_a_loop_is_closed_when_its_threads_have_ended() -> None:
    done = []

    async def main(now: Clock) -> None:
        asyncio.get_running_loop().run_in_executor(None, lambda: done.append(time.sleep(0.1)))

    before = threading.active_count()
    in_virtual_time(main, 0.0)
    assert done == [None]
    assert threading.active_count() == before


def test_r7_a_steady_clock_goes_on_when_it_is_set_back() -> None:
    back = 0.0

    async def main(now: Clock) -> list[float]:
        nonlocal back
        clock = SteadyClock(lambda: now() - back, 990.0)
        seen = []
        for back in (0.0, 0.0, 3600.0, 3600.0, -7200.0):  # noqa: B007 - the clock looks at it
            seen.append(clock())
            await asyncio.sleep(10)
        return seen

    assert in_virtual_time(main, 1000.0) == [1000.0, 1010.0, 1020.0, 1030.0, 8240.0]


def test_a_steady_clock_begins_where_the_last_event_was() -> None:
    """An earlier session may have had a clock that ran ahead."""

    async def main(now: Clock) -> list[float]:
        clock = SteadyClock(now, 5000.0)
        seen = [clock()]
        await asyncio.sleep(10)
        return [*seen, clock()]

    assert in_virtual_time(main, 1000.0) == [5000.0, 5010.0]
