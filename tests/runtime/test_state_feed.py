"""A State that others follow."""

import asyncio

import pytest
from msgspec.structs import replace

from octotui.engine.state import State
from octotui.runtime.state_feed import StateFeed


async def test_states_come_merged_and_end_with_the_first_failure() -> None:
    shown, seen = StateFeed(State()), []

    async def follow() -> None:
        async for state in shown.states():
            seen.append(state.seq)  # noqa: PERF401 - they are looked at as they come

    following = asyncio.ensure_future(follow())
    await asyncio.sleep(0)
    for number in range(1, 50):
        shown.show(replace(State(), seq=number))
    while seen[-1] != 49:
        await asyncio.sleep(0.01)
    assert seen == [0, 49]
    shown.fail(ValueError("first"))
    shown.fail(ValueError("second"))
    with pytest.raises(ValueError, match="first"):
        await following
    with pytest.raises(ValueError, match="first"):
        shown.check()


async def test_a_failure_can_be_waited_for() -> None:
    feed = StateFeed(State())
    waiting = asyncio.ensure_future(feed.failed())
    feed.show(State(seq=1))
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.fail(ValueError("the end"))
    await waiting
