"""The port of a session: all that its effects and jobs see of it, and their only way back into it."""

from typing import Protocol

from octotui.engine.commands import Command
from octotui.engine.state import State


class SessionPort(Protocol):
    """A session as its effects know it."""

    @property
    def state(self) -> State:
        """The present State; its last events may not be on disk yet."""
        ...

    def report(self, command: Command) -> None:
        """Apply a command soon, with all others of this turn of the loop.

        Ignored once the session has ended.
        """
        ...

    def fail(self, failure: BaseException) -> None:
        """End the session because of a failure that no command can report."""
        ...
