"""Replies of agents that are waited for, as long as these say anything to anybody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from octotui.workers.agent_client.connection import AgentConnection

CHECK = 0.1  # seconds between looks whether an agent that is asked is silent

T = TypeVar("T")


class AwaitedReply:
    """A reply that is waited for: of which agent, since when, and how long that may be silent."""

    def __init__(self, owner: Callable[[], AgentConnection | None], silence: float, since: float) -> None:
        self.owner = owner
        self.silence = silence
        self.since = since
        self.silent: str | None = None  # the version of the agent that was given up


class AwaitedReplies:
    """All replies that are waited for; one timer for all is cheaper than one for each."""

    def __init__(self, silence: Callable[[str], Awaitable[TimeoutError]]) -> None:
        """Take what returns the error for the silence of a version's agent."""
        self._error_of = silence
        self._awaited: dict[asyncio.Future[Any], AwaitedReply] = {}
        self._checking: asyncio.TimerHandle | None = None

    async def wait(
        self, reply: "asyncio.Future[T]", owner: Callable[[], AgentConnection | None], silence: float
    ) -> T:
        """Return a reply, unless its agent says nothing to anybody for so many seconds.

        Raises TimeoutError then. As long as a reply has no owner, a connection is being made.
        """
        loop = asyncio.get_running_loop()
        awaited = self._awaited[reply] = AwaitedReply(owner, silence, loop.time())
        if self._checking is None:
            self._checking = loop.call_later(CHECK, self._check)
        try:
            return await reply
        except TimeoutError:
            if awaited.silent is None:
                raise
            raise await self._error_of(awaited.silent) from None
        finally:
            del self._awaited[reply]
            reply.cancel()  # which nobody awaits any more, unless it is done

    def close(self) -> None:
        """Look no more."""
        if self._checking is not None:
            self._checking.cancel()

    def _check(self) -> None:
        """Give up the replies of agents that are silent."""
        loop = asyncio.get_running_loop()
        for reply, awaited in self._awaited.items():
            connection = awaited.owner()
            if connection is None:
                awaited.since = loop.time()
            elif not reply.done() and max(awaited.since, connection.heard) + awaited.silence <= loop.time():
                awaited.silent = connection.version
                reply.set_exception(TimeoutError())
        self._checking = loop.call_later(CHECK, self._check) if self._awaited else None
