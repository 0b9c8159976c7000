"""A log of started attempts and their folders, beside the workspaces of a space.

A job may empty its record or remove its workspace. By this log it is still not taken for one that never
started, and no other folder is taken for its own.
"""

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress

from octotui.workers.agent.regular_files import is_same, open_regular
from octotui.workers.agent.tree_removal import remove_tree

LARGEST = 1 << 24  # bytes that are read
MANY = 10_000  # lines, after which the log is compacted
NONE = "-"

_LINE = re.compile(r"([^\s/]+) (\S+)")
_APPENDED = os.O_RDWR | os.O_APPEND | os.O_CREAT


class StartedAttempts:
    """The log of one space: a line for each entry, incomplete lines ignored.

    A line has the name of a workspace and the attempt it belongs to from then on, or `-` for none.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._lines = 0
        self._known: dict[str, str] = {}

    def read(self) -> Mapping[str, str]:
        """Read the log of an earlier process: the attempt of each workspace."""
        lines = _whole(self._path).split("\n")
        found = {each[1]: each[2] for each in map(_LINE.fullmatch, lines) if each}
        last = {attempt: folder for folder, attempt in found.items() if attempt != NONE}
        self._known = {folder: attempt for attempt, folder in last.items()}
        return dict(self._known)

    def note(self, folder: str, attempt: str) -> None:
        """Append an attempt that is about to be started. Raises OSError."""
        self._known[folder] = attempt
        if self._file < 0 or self._lines >= MANY or not is_same(self._path, self._file):
            self._rewrite()
        else:
            _write(self._file, {folder: attempt})
            self._lines += 1

    def keep(self, attempts: Collection[str]) -> None:
        """Keep only these attempts; without any, remove the file. Raises OSError."""
        self._known = {folder: each for folder, each in self._known.items() if each in attempts}
        if self._known:
            self._rewrite()
        else:
            self.end()

    def forget(self, attempt: str) -> None:
        """Append that an attempt is over."""
        for folder in [folder for folder, each in self._known.items() if each == attempt]:
            del self._known[folder]
            if self._file >= 0:
                with suppress(OSError):  # then it counts as started, which is harmless
                    _write(self._file, {folder: NONE})
                    self._lines += 1

    def end(self) -> None:
        """Close the file, and remove it if no attempt is left."""
        self.close()
        if not self._known:
            remove_tree(self._path)

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _rewrite(self) -> None:
        self.close()
        try:
            self._file = open_regular(self._path, _APPENDED)
        except OSError:  # a job has put something in its place
            remove_tree(self._path)
            self._file = open_regular(self._path, _APPENDED)
        os.ftruncate(self._file, 0)
        _write(self._file, self._known)
        self._lines = len(self._known)


def _whole(path: str) -> str:
    """Return the complete lines of a file, or `""` if it cannot be read."""
    try:
        file = open_regular(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        body = os.pread(file, LARGEST, 0)
    except OSError:
        return ""
    finally:
        os.close(file)
    return body[: body.rfind(b"\n") + 1].decode(errors="replace")


def _write(file: int, attempts: Mapping[str, str]) -> None:
    body = "".join(f"{folder} {attempt}\n" for folder, attempt in attempts.items()).encode()
    while body:
        body = body[os.write(file, body) :]
