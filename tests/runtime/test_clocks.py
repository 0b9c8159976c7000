"""Virtual time: it jumps to whoever wakes first, and stands still while there is something to do."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from octotui.runtime.clocks import SteadyClock, in_virtual_time
from octotui.store.clock_anchor import Anchor

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
    assert time.monotonic() - before < 20


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


def seen(steps: list[float], *, every: float = 600.0, confirm: int = -1) -> tuple[list[float], list[str]]:
    """What a clock says, less the time that passed, while that of the wall is set by so much at each look."""

    async def main(now: Clock) -> tuple[list[float], list[str]]:
        wall = 0.0
        clock = SteadyClock(lambda: now() + wall, 1000.0)
        times, troubles = [clock() - now()], [clock.trouble]
        for number, wall in enumerate(steps):  # noqa: B007 - the clock looks at it
            await asyncio.sleep(every)
            clock()
            if number == confirm:
                clock.confirm()
            times.append(clock() - now())
            troubles.append(clock.trouble)
        return times, troubles

    return in_virtual_time(main, 1000.0)


def test_r7_small_corrections_of_the_wall_clock_are_followed_and_it_never_goes_back() -> None:
    times, troubles = seen([200.0, 400.0, 350.0, 60.0])
    assert times == [0.0, 200.0, 400.0, 350.0, 60.0]
    assert not any(troubles)
    times, _ = seen([200.0, 100.0], every=10.0)
    assert times == [0.0, 200.0, 190.0]


def test_r7_a_jump_ahead_counts_once_it_has_lasted_an_hour() -> None:
    times, troubles = seen([7200.0] * 8)
    assert times == [0.0] * 7 + [7200.0] * 2
    assert troubles[1].startswith("the clock of this machine was set ahead by 2 h 00 min: schedules, expiry")
    assert "for 1 h 00 min more" in troubles[1]
    assert "for 10 min more" in troubles[6]
    assert troubles[7:] == ["", ""]


def test_r7_a_jump_that_is_taken_back_never_counts() -> None:
    times, troubles = seen([86400.0] * 3 + [0.0] * 6)
    assert times == [0.0] * 10
    assert [bool(each) for each in troubles] == [False, *[True] * 3, *[False] * 6]


def test_r7_another_jump_begins_its_hour_anew() -> None:
    times, _ = seen([7200.0] * 3 + [9000.0] * 7)
    assert times == [0.0] * 10 + [9000.0]


def test_r7_a_jump_that_is_confirmed_counts_at_once() -> None:
    times, troubles = seen([7200.0] * 3, confirm=1)
    assert times == [0.0, 0.0, 7200.0, 7200.0]
    assert troubles[2:] == ["", ""]


def test_r7_set_back_it_goes_on_by_the_time_since_boot() -> None:
    times, troubles = seen([-3600.0] * 9 + [0.0])
    assert times == [0.0] * 11
    assert troubles[1].startswith("the clock of this machine was set back by 1 h 00 min: ")
    assert troubles[8:] == ["", "", ""]
    _, confirmed = seen([-3600.0] * 3, confirm=1)
    assert [bool(each) for each in confirmed] == [False, True, False, False]


def test_r7_a_jump_while_nobody_looked_is_told_by_what_was_kept_since_the_machine_started() -> None:
    async def main(now: Clock) -> tuple[float, str]:
        clock = SteadyClock(lambda: now() + 86400.0, 900.0, now, Anchor(wall=950.0, steady=1000.0))
        await asyncio.sleep(60)
        return clock(), clock.trouble

    at, trouble = in_virtual_time(main, 1000.0)
    assert at == 1010.0
    assert trouble.startswith("the clock of this machine was set ahead by 1 d 0 h: ")


def test_a_steady_clock_begins_where_the_last_event_was() -> None:
    """An earlier session may have had a clock that ran ahead."""

    async def main(now: Clock) -> list[float]:
        clock = SteadyClock(now, 5000.0)
        seen = [clock()]
        await asyncio.sleep(10)
        return [*seen, clock()]

    assert in_virtual_time(main, 1000.0) == [5000.0, 5010.0]
