"""Replies are waited for as long as their agents say anything."""

import asyncio
from typing import cast

import pytest

from octotui.workers.agent_client.connection import AgentConnection
from octotui.workers.agent_client.replies import AwaitedReplies


class Connection:
    """What replies need of a connection."""

    version = "1"

    def __init__(self) -> None:
        self.heard = float("-inf")


async def silence(version: str) -> TimeoutError:
    return TimeoutError(f"the agent of version {version} does not answer")


async def test_m1_a_reply_of_an_agent_that_speaks_to_others_is_waited_for() -> None:
    replies, connection = AwaitedReplies(silence), Connection()
    loop = asyncio.get_running_loop()
    reply: asyncio.Future[str] = loop.create_future()
    waiting = asyncio.create_task(replies.wait(reply, lambda: cast("AgentConnection", connection), 0.3))
    for _ in range(5):
        await asyncio.sleep(0.1)
        connection.heard = loop.time()
        assert not waiting.done()
    reply.set_result("here")
    assert await waiting == "here"
    replies.close()


async def test_m1_a_silent_agent_is_given_up_by_all_who_wait() -> None:
    replies, connection = AwaitedReplies(silence), Connection()
    loop = asyncio.get_running_loop()
    owner = cast("AgentConnection", connection)
    waits = [replies.wait(loop.create_future(), lambda: owner, 0.05) for _ in range(3)]
    found = await asyncio.gather(*waits, return_exceptions=True)
    assert {str(each) for each in found} == {"the agent of version 1 does not answer"}
    replies.close()


async def test_m1_a_reply_that_is_refused_says_why() -> None:
    replies, reply = AwaitedReplies(silence), asyncio.get_running_loop().create_future()
    reply.set_exception(TimeoutError("its own reason"))
    with pytest.raises(TimeoutError, match=r"^its own reason$"):
        await replies.wait(reply, lambda: None, 1)
    replies.close()
