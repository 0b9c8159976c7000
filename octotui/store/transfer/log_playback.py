"""Playback of an exported job's log: a copy that grows to where the log was at a moment.

When time goes back, the copy starts again at another path, so that no reader sees a log shrink.
"""

import shutil
from bisect import bisect_right
from pathlib import Path

from octotui.store.logs.line_levels import levels_path, rows_before
from octotui.store.logs.line_streams import packed, streams_path
from octotui.store.logs.line_streams import rows_before as stream_rows_before
from octotui.store.logs.log_index import LogIndex, index_path
from octotui.store.private_files import make_folder, opened_private
from octotui.store.transfer.exports import LATEST
from octotui.store.transfer.run_files import copy


def last_output(logs: Path) -> float:
    """Return the time of the last output in all these logs, by their indexes; 0 where there is none."""
    indexes = (LogIndex(each.with_suffix("")) for each in logs.glob("*/*.index"))
    return max((index[-1].at for index in indexes if len(index) and 0 <= index[-1].at < LATEST), default=0.0)


class LogPlayback:
    """One log, played back to a time."""

    def __init__(self, log: Path, folder: Path) -> None:
        self._log = log
        self._folder = folder
        self._index = LogIndex(log)
        self._size = log.stat().st_size if log.is_file() else 0
        self._begun = 0
        self._rows = 0
        self._shown = 0
        self._levels = 0
        self._streams = 0

    def seek(self, moment: float) -> Path:
        """Return the path of the log as it was at a time; no file exists where nothing was printed yet."""
        rows = bisect_right(self._index, moment, key=lambda mark: mark.at)
        after = self._index[rows] if rows < len(self._index) else None
        size = self._size if after is None else min(self._size, after.offset)
        if size < self._shown:
            shutil.rmtree(self._folder / str(self._begun))  # readers keep their open files
            self._begun += 1
            self._rows = self._shown = self._levels = self._streams = 0
        path = self._folder / str(self._begun) / self._log.name
        if size > self._shown:
            make_folder(path.parent)
            self._append(path, rows, size, None if after is None else after.line)
        return path

    def _append(self, path: Path, rows: int, size: int, line: int | None) -> None:
        """Append the output printed since, in a writer's order: streams, levels, output, index."""
        streams = stream_rows_before(self._log, size)
        if len(streams) > self._streams:
            _add(streams_path(path), packed(streams[self._streams :]))
            self._streams = len(streams)
        levels = rows_before(self._log, line)
        if len(levels) > self._levels:
            _add(levels_path(path), levels[self._levels :])
            self._levels = len(levels)
        with self._log.open("rb") as source, opened_private(path, "ab") as target:
            source.seek(self._shown)
            copy(source, target, size - self._shown)
        _add(index_path(path), self._index.written(self._rows, rows))
        self._rows, self._shown = rows, size


def _add(path: Path, body: bytes) -> None:
    with opened_private(path, "ab") as file:
        file.write(body)
