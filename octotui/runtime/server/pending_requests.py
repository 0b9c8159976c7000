"""A client's requests without a reply: retried after a lost connection, within limits."""

import asyncio

from octotui.engine.commands import Refused
from octotui.runtime.server.protocol import (
    ClientRequest,
    ClockRequest,
    DoneReply,
    SendRequest,
    StopRequest,
    Welcome,
)
from octotui.runtime.space_access import Undecided
from octotui.store.errors import StoreError

MOST = 6  # times that a request is sent: it may itself crash the server
PATIENCE = 60.0  # seconds in which the server must return; it remembers requests for far longer
AWAY = "the connection to the server was lost before it answered"
ADVICE = "check whether it took effect before you ask again"


def new_key() -> str:
    """Return a random idempotency key of 24 characters."""
    from secrets import token_urlsafe  # noqa: PLC0415 - only who sends commands needs it

    return token_urlsafe(18)


class PendingRequests:
    """Requests by number, each until its reply comes or is given up."""

    def __init__(self) -> None:
        self._pending: dict[int, PendingRequest] = {}

    def add(self, request: ClientRequest, server: Welcome | None) -> "PendingRequest":
        """Register a request that is about to be sent to a server."""
        pending = self._pending[request.id] = PendingRequest(request, server)
        return pending

    def remove(self, number: int) -> None:
        """Remove a request."""
        self._pending.pop(number).forget()

    def settle(self, number: int, answer: DoneReply | Exception) -> None:
        """Deliver a reply; ignored where the request is gone."""
        if number in self._pending:
            self._pending[number].settle(answer)

    def fail_one(self, number: int, failure: Exception) -> None:
        """Deliver a failure of the space, after which the request may have taken effect all the same."""
        if number in self._pending:
            self._pending[number].fail(failure)

    def lose(self) -> None:
        """Give up requests that cannot be retried; let the others wait for the server."""
        for pending in self._pending.values():
            pending.lose()

    def give_up(self, sentence: str) -> None:
        """Settle all requests as refused, or as undecided: the server may still get round to them."""
        for pending in self._pending.values():
            pending.give_up(sentence)

    def to_send_again(self, server: Welcome) -> list[ClientRequest]:
        """Return the requests to resend to this server, in order."""
        return [each.request for each in self._pending.values() if each.may_be_sent_again(server)]

    def fail(self, failure: Exception) -> None:
        """Fail all requests, and say so where an effect is unknown."""
        for pending in self._pending.values():
            pending.fail(failure)


class PendingRequest:
    """One request, the server it was sent to, and its reply."""

    def __init__(self, request: ClientRequest, server: Welcome | None) -> None:
        self.request = request
        self.answer: asyncio.Future[DoneReply] = asyncio.get_running_loop().create_future()
        self._server = server
        self._sent = 1
        self._timer: asyncio.TimerHandle | None = None

    def settle(self, answer: DoneReply | Exception) -> None:
        """Set the reply, unless there is one."""
        self.forget()
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)

    def forget(self) -> None:
        """Stop waiting for the server."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_up(self, sentence: str) -> None:
        """Settle the request without a reply."""
        self.settle(self._given_up(sentence))

    def lose(self) -> None:
        """Wait for the server to return, if the request may be retried; otherwise settle it as undecided."""
        if self._changes and not self._is_remembered(self._server):
            self.settle(Undecided(f"{AWAY}: {ADVICE}"))
        elif self._timer is None:
            late = self._given_up(f"{AWAY}, and was not back within {PATIENCE:.0f} seconds")
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.settle, late)

    def may_be_sent_again(self, server: Welcome) -> bool:
        """Return whether to resend the request to this server; otherwise settle it."""
        if self.answer.done():
            return False
        request, before = self.request, self._server
        if isinstance(request, StopRequest) and (before is None or before.process != server.process):
            self.settle(DoneReply(id=request.id))  # the server to be stopped has ended
            return False
        if self._changes and not self._is_remembered(server):
            self.settle(Undecided(f"{AWAY}: {ADVICE}"))
            return False
        if self._sent == MOST:
            self.settle(self._given_up(f"{AWAY}, {MOST} times"))
            return False
        self._sent += 1
        self.forget()
        return True

    def fail(self, failure: Exception) -> None:
        """Settle the request with a failure."""
        undecided = self._changes and isinstance(failure, StoreError)
        self.settle(StoreError(f"{failure}; {ADVICE}") if undecided else failure)

    @property
    def _changes(self) -> bool:
        """Whether the request is not idempotent by nature."""
        match self.request:
            case SendRequest():
                return True
            case ClockRequest(confirmed=confirmed):
                return confirmed
            case _:
                return False

    def _is_remembered(self, server: Welcome | None) -> bool:
        return server is not None and server.remembers

    def _given_up(self, sentence: str) -> Refused:
        return Undecided(f"{sentence}: {ADVICE}") if self._changes else Refused(sentence)
