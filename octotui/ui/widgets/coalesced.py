"""Calls that are coalesced: made once for all that asked for them meanwhile."""

from collections.abc import Callable
from functools import partial

from textual.message_pump import MessagePump


class Coalesced:
    """A call that a node makes in the next iteration of its loop, once for all calls of this."""

    def __init__(self, node: MessagePump, call: Callable[[], None]) -> None:
        self._node = node
        self._call = call
        self._pending = False

    def __call__(self) -> None:
        """Ask for the call."""
        if not self._pending:
            self._pending = True
            self._node.call_later(self._run)

    def _run(self) -> None:
        self._pending = False
        self._call()


class CoalescedAfterKeys(Coalesced):
    """A coalesced call that lets a key which is having its effect go first, for a moment."""

    def _run(self) -> None:
        after_key = getattr(self._node.app, "after_key", None)
        if after_key is None or not after_key(partial(self._node.call_later, super()._run)):
            super()._run()
