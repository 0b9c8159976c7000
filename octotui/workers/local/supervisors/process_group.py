"""Process groups: ownership of a lock, and notification of an exit."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator

from octotui.workers.agent.processes import holds, leads_session, lock_path, processes

POLL = 0.02  # seconds between checks of a process, where pidfd is not available


def leads(file: int, leader: int) -> bool:
    """Return whether a process of the leader's group, outside of our session, holds the lock of an open file.

    A recorded pid may have been reused or forged; the lock is inherited by descendants alone. Where the
    system does not list locks (not Linux), the leader of a session counts.
    """
    if sys.platform != "linux":
        return leads_session(leader)
    link = frozenset({lock_path(file)})
    if leads_session(leader) and leader != os.getsid(0) and holds(leader, link):
        return True  # as a supervisor that lives does: nothing else has to be looked at
    return any(holds(pid, link) for pid in _members(leader))


def _members(group: int) -> Iterator[int]:
    """Yield the pids of a group, unless it is in our session."""
    ours = os.getsid(0)
    for each in processes().values():
        if each.group == group and each.session != ours:
            yield each.pid


class Watch:
    """Calls `exited` in the loop once a process has ended, our child or not; it is not reaped.

    Without pidfd (not Linux, or an old one) `over` is polled.
    """

    def __init__(self, pid: int, over: Callable[[], bool], exited: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = over
        self._exited = exited
        self._timer: asyncio.Handle | None = None
        self._descriptor = -1
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._timer = self._loop.call_soon(self._notify)
        except (AttributeError, OSError):
            self._poll()
        else:
            self._loop.add_reader(self._descriptor, self._notify)

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _notify(self) -> None:
        self.close()
        self._exited()

    def _poll(self) -> None:
        if self._over():
            self._notify()
        else:
            self._timer = self._loop.call_later(POLL, self._poll)
