"""Removal of workspaces beside the work: what scripts leave in them may take long to remove."""

from __future__ import annotations

import _thread
from typing import List

from octotui.workers.agent import workspace


class WorkspaceRemoval:
    """Removes folders at once where they hold nothing strange, else one after the other in a thread."""

    def __init__(self) -> None:
        self.is_busy = False
        self._waiting: List[str] = []
        self._gone: List[str] = []
        self._lock = _thread.allocate_lock()

    def remove(self, path: str, directory: int = -1) -> bool:
        """Remove a workspace; return whether it is gone, else it is removed soon: see `gone`.

        `directory` is its folder, if open.
        """
        if workspace.remove_quickly(path, directory):
            return True
        with self._lock:
            self._waiting.append(path)
            if not self.is_busy:
                self.is_busy = True
                _thread.start_new_thread(self._work, ())
        return False

    def gone(self) -> List[str]:
        """Return the paths that were removed beside the work since the last call."""
        if not self._gone:
            return []
        with self._lock:
            found, self._gone = self._gone, []
        return found

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self.is_busy = False
                    return
                path = self._waiting.pop(0)
            workspace.remove(path)
            with self._lock:
                self._gone.append(path)
