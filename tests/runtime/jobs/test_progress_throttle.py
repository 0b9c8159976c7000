"""How far a script is, is told at most twice a second, and the last word is never lost (V7)."""

import asyncio
from collections.abc import Awaitable, Callable

from octotui.runtime.clocks import Clock, in_virtual_time
from octotui.runtime.jobs.progress_throttle import EVERY, ProgressThrottle

Told = list[tuple[float, int, str]]


def told(script: Callable[[ProgressThrottle], Awaitable[None]]) -> Told:
    """What is told and when, in seconds after the start."""
    found: Told = []

    async def main(now: Clock) -> None:
        start = now()
        progress = ProgressThrottle(
            lambda percentage, message: found.append((now() - start, percentage, message))
        )
        await script(progress)
        await asyncio.sleep(10)

    in_virtual_time(main, 0.0)
    return found


def test_v7_the_first_word_is_told_at_once_and_the_last_a_moment_later() -> None:
    async def script(progress: ProgressThrottle) -> None:
        for percentage in range(50):
            progress(percentage, "")

    assert told(script) == [(0.0, 0, ""), (EVERY, 49, "")]


def test_v7_a_loop_that_tells_all_the_time_is_heard_twice_a_second() -> None:
    async def script(progress: ProgressThrottle) -> None:
        for step in range(301):
            progress(step // 3, "")
            await asyncio.sleep(0.01)
        progress.end()

    found = told(script)
    assert len(found) == 8
    assert [percentage for _, percentage, _ in found] == sorted({each[1] for each in found})
    assert found[-1][1] == 100


def test_v7_what_was_held_back_is_told_when_the_script_ends_and_nothing_after() -> None:
    async def script(progress: ProgressThrottle) -> None:
        progress(10, "begun")
        progress(90, "nearly")
        progress.end()
        progress.end()

    assert told(script) == [(0.0, 10, "begun"), (0.0, 90, "nearly")]


def test_v7_the_same_again_is_not_told() -> None:
    async def script(progress: ProgressThrottle) -> None:
        progress(10, "")
        await asyncio.sleep(2)
        progress(10, "")
        progress(10, "more")
        progress.end()

    assert told(script) == [(0.0, 10, ""), (2.0, 10, "more")]


def test_v7_who_says_nothing_tells_nothing() -> None:
    async def script(progress: ProgressThrottle) -> None:
        progress.end()

    assert told(script) == []


def test_r6_who_tells_for_ever_is_heard_more_and_more_rarely() -> None:
    """Each word is an event of the journal: a day of them is bounded."""

    async def script(progress: ProgressThrottle) -> None:
        for second in range(24 * 3600):
            progress(second % 100, "")
            await asyncio.sleep(1)

    found = told(script)
    assert len([each for each in found if each[0] < 100]) == 100  # as ever, for what is no longer
    assert len(found) < 3000
