"""Playback of a job's log: how much of it there was at a moment, by its index."""

from bisect import bisect_right
from pathlib import Path

from octotui.store.logs.log_index import LogIndex, size_of
from octotui.store.transfer.exports import LATEST


def last_output(logs: Path) -> float:
    """Return the time of the last output in all these logs, by their indexes; 0 where there is none."""
    indexes = (LogIndex(each.with_suffix("")) for each in logs.glob("*/*.index"))
    return max((index[-1].at for index in indexes if len(index) and 0 <= index[-1].at < LATEST), default=0.0)


class LogPlayback:
    """One log, as it is when it is looked at first, played back to a time."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._index = LogIndex(log)
        self._size = size_of(log)

    def end(self, moment: float) -> int | None:
        """Return how many bytes of the log there were at a time; None where it has no index that tells.

        Such is a copy of a log in a space whose files this account cannot read.
        """
        if not self._index:
            self._index, self._size = LogIndex(self._log), size_of(self._log)
        if not self._index:
            return None
        rows = bisect_right(self._index, moment, key=lambda mark: mark.at)
        return self._size if rows == len(self._index) else min(self._size, self._index[rows].offset)
