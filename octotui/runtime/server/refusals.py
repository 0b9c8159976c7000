"""Records refusals, rate-limited, so that no account fills the journal with them."""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from octotui.engine.commands import RecordRefusal
from octotui.runtime.server.peer_credentials import Peer

BURST = 10  # capacity of the token bucket: refusals of an account that are recorded one by one
REGAINED = 600.0  # seconds to refill one token
SUM, LONGEST_SUM = 1.0, 3600.0  # seconds between sums of the rest: doubled each time, up to an hour
PAUSE = 0.02  # seconds of delay for each of the rest
SUBJECT, REASON = 200, 500  # characters that are recorded

Record = Callable[[RecordRefusal], Awaitable[object]]


class RefusalRecorder:
    """Records the first refusals of each account, and sums up the others: “and 412 more”."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._accounts: dict[str, _Account] = {}

    async def add(self, peer: Peer, action: str, subject: str, reason: str) -> None:
        """Record a refusal; over the limit, count it and delay the caller by PAUSE."""
        refusal = _refusal(peer, action, subject, reason)
        if self._account(peer).allows(_now()):
            await self._record(refusal)
        else:
            self._account(peer).count(refusal, _now())
            await asyncio.sleep(PAUSE)

    def count(self, peer: Peer, action: str, subject: str, reason: str) -> None:
        """Count a refusal, to be recorded with the next sum."""
        self._account(peer).count(_refusal(peer, action, subject, reason), _now())

    async def flush(self, *, at_once: bool = False) -> None:
        """Record the sums that are due, or all; forget accounts without recent refusals."""
        now = _now()
        for user, account in tuple(self._accounts.items()):
            summed = account.sum(now, at_once=at_once)
            if summed is not None:
                await self._record(summed)
            elif account.is_quiet(now):
                del self._accounts[user]

    def _account(self, peer: Peer) -> "_Account":
        return self._accounts.setdefault(peer.user, _Account(_now()))


class _Account:
    """An account's token bucket, and its refusals that are not summed up yet."""

    def __init__(self, now: float) -> None:
        self._left, self._since = float(BURST), now
        self._last: RecordRefusal | None = None
        self._more = 0
        self._wait, self._due = SUM, now

    def allows(self, now: float) -> bool:
        self._regain(now)
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def count(self, refusal: RecordRefusal, now: float) -> None:
        if self._last is None:
            self._due = max(self._due, now + SUM)
        else:
            self._more += 1
        self._last = refusal

    def sum(self, now: float, *, at_once: bool) -> RecordRefusal | None:
        if self._last is None or (now < self._due and not at_once):
            return None
        summed = replace(self._last, more=self._more)
        self._last, self._more = None, 0
        self._wait = min(self._wait * 2, LONGEST_SUM)
        self._due = now + self._wait
        return summed

    def is_quiet(self, now: float) -> bool:
        self._regain(now)
        return self._last is None and self._left == BURST

    def _regain(self, now: float) -> None:
        self._left = min(float(BURST), self._left + (now - self._since) / REGAINED)
        self._since = now


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refusal(peer: Peer, action: str, subject: str, reason: str) -> RecordRefusal:
    return RecordRefusal(
        user=peer.user,
        action=action,
        subject=_shortened(subject, SUBJECT),
        reason=_shortened(reason, REASON),
        origin=peer.origin,
    )


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
