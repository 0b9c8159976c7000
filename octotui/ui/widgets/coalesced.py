"""Calls that are coalesced: made once for all that asked for them meanwhile."""

from collections.abc import Callable

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
