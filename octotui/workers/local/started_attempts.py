"""Note, beside the workspaces of a space, which attempts were started and where.

A job may empty its record or remove its workspace. By these notes it is still not taken for one that never
began, and no other folder is taken for its own.
"""

import os
import re
from collections.abc import Collection, Mapping

from octotui.workers.local.regular_files import IrregularFile, is_same, open_regular
from octotui.workers.local.tree_removal import remove_tree

LARGEST = 1 << 24  # bytes that are read
MANY = 10_000  # lines, after which those of what is over are left out

_LINE = re.compile(r"([^\s/]+) (\S+)")
_APPENDED = os.O_RDWR | os.O_APPEND | os.O_CREAT


class StartedAttempts:
    """The notes of one space in the folder of its workspaces: a line for each, there or not.

    It says the name of a workspace, and the attempt that it is for from then on.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._lines = 0
        self._known: dict[str, str] = {}

    def read(self) -> Mapping[str, str]:
        """What an earlier process has noted: for which attempt each workspace is."""
        lines = _whole(self._path).split("\n")
        found = {each[1]: each[2] for each in map(_LINE.fullmatch, lines) if each}
        last = {attempt: folder for folder, attempt in found.items()}
        self._known = {folder: attempt for attempt, folder in last.items()}
        return dict(self._known)

    def note(self, folder: str, attempt: str) -> None:
        """Note an attempt that is about to be started; raises OSError."""
        self._known[folder] = attempt
        if self._file < 0 or self._lines >= MANY or not is_same(self._path, self._file):
            self._write_anew()
        else:
            _write(self._file, {folder: attempt})
            self._lines += 1

    def keep(self, attempts: Collection[str]) -> None:
        """Keep the notes of these attempts alone; where none is left there is no file. Raises OSError."""
        self._known = {folder: each for folder, each in self._known.items() if each in attempts}
        if self._known:
            self._write_anew()
        else:
            self.end()

    def forget(self, attempt: str) -> None:
        """Let go of an attempt that is over; its line goes when the notes are written anew."""
        for folder in [folder for folder, each in self._known.items() if each == attempt]:
            del self._known[folder]

    def end(self) -> None:
        """Let go of the file, which goes where nothing goes on that it says."""
        self.close()
        if not self._known:
            remove_tree(self._path)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write_anew(self) -> None:
        self.close()
        try:
            self._file = open_regular(self._path, _APPENDED)
        except IrregularFile:  # whatever it is, it is no file of ours
            remove_tree(self._path)
            self._file = open_regular(self._path, _APPENDED)
        os.ftruncate(self._file, 0)
        _write(self._file, self._known)
        self._lines = len(self._known)


def _whole(path: str) -> str:
    """The whole lines of a file, as far as they can be read."""
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
