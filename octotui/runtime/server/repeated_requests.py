"""Idempotency: a request that is sent again takes effect once, and gets the same reply (R10)."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from msgspec.structs import replace

from octotui.engine.commands import Refused
from octotui.engine.events import AnyEvent
from octotui.runtime.server.protocol import ClockRequest, SendRequest
from octotui.runtime.session import Session
from octotui.store.journal.remembered_requests import Effect, RequestId

Act = Callable[[RequestId | None], Awaitable[tuple[AnyEvent, ...]]]


class RepeatedRequests:
    """Requests with a key, by account: those in progress, and those that the journal remembers.

    Only effects are remembered: a request that was refused, or led to nothing, is decided anew.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._under_way: dict[tuple[str, bytes], asyncio.Event] = {}

    async def once(self, user: str, request: SendRequest | ClockRequest, act: Act) -> tuple[AnyEvent, ...]:
        """Perform a request, or return the events of its first effect; raises `Refused`."""
        if request.key is None:  # an older client
            return await act(None)
        content = msgspec.json.encode(replace(request, id=0, key=None))
        known = RequestId.of(user, request.key, content)
        name = known.user, known.name
        while (other := self._under_way.get(name)) is not None:
            await other.wait()
        effect = self._session.effect(known)
        if effect is not None:
            return await self._result(known, effect)
        self._under_way[name] = ended = asyncio.Event()
        try:
            return await act(known)
        finally:
            del self._under_way[name]
            ended.set()

    async def _result(self, known: RequestId, effect: Effect) -> tuple[AnyEvent, ...]:
        """Return the events that a request led to."""
        if effect.digest != known.digest:
            raise Refused("this key was used for another request: a new request needs a new key")
        if not effect.first:
            return ()
        events = await self._session.events(effect.first - 1, effect.last)
        if len(events) <= effect.last - effect.first:
            raise Refused("this took effect before, and what came of it was removed by retention since")
        return events
